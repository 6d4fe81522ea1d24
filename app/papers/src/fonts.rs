//! The typefaces, and words set in them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use krilla::text::Font;
use parley::{
    Alignment, AlignmentOptions, FontContext, Layout, LayoutContext,
    fontique::{Blob, Collection, CollectionOptions, FontInfoOverride},
    style::{FontFamily, FontFamilyName, FontWeight, LineHeight, OverflowWrap, StyleProperty},
};
use skrifa::{FontRef, MetadataProvider as _};

use crate::Error;

/// The pages' own typefaces, and one that knows Greek, Cyrillic, Hebrew and Arabic. OFL and Bitstream Vera, licences beside them.
const FILES: [(&str, &[u8]); 4] = [
    (TEXT, include_bytes!("../fonts/instrument-sans-regular.ttf")),
    (TEXT, include_bytes!("../fonts/instrument-sans-semibold.ttf")),
    (DISPLAY, include_bytes!("../fonts/newsreader-display.ttf")),
    (ANY, include_bytes!("../fonts/dejavu-sans.ttf")),
];
const TEXT: &str = "Instrument Sans";
const DISPLAY: &str = "Newsreader Display";
const ANY: &str = "DejaVu Sans";

/// Stands for a character that no typeface has.
const MISSING: char = '□';

/// How words look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    /// In points.
    pub(crate) size: f32,
    pub(crate) is_bold: bool,
    pub(crate) is_display: bool,
    pub(crate) align: Alignment,
    pub(crate) ink: Ink,
}

impl Style {
    pub(crate) const fn text(size: f32) -> Self {
        Self { size, is_bold: false, is_display: false, align: Alignment::Start, ink: Ink::Dark }
    }

    pub(crate) const fn bold(self) -> Self {
        Self { is_bold: true, ..self }
    }

    pub(crate) const fn display(self) -> Self {
        Self { is_display: true, ..self }
    }

    /// Against the right edge, whatever way its words run.
    pub(crate) const fn right(self) -> Self {
        Self { align: Alignment::Right, ..self }
    }

    pub(crate) const fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }
}

/// The colors of a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Dark,
    Soft,
    Hairline,
    Accent,
}

/// Words that are set: broken into lines, each at its place.
pub(crate) struct Words {
    pub(crate) text: String,
    pub(crate) layout: Layout<()>,
    pub(crate) ink: Ink,
}

impl Words {
    pub(crate) fn height(&self) -> f32 {
        self.layout.height()
    }

    /// The same once more.
    pub(crate) fn again(&self) -> Self {
        Self { text: self.text.clone(), layout: self.layout.clone(), ink: self.ink }
    }
}

/// Sets words.
pub(crate) struct Typesetter {
    fonts: FontContext,
    layouts: LayoutContext<()>,
    /// By the blobs that the runs of a layout name.
    files: HashMap<u64, Font>,
}

impl Typesetter {
    pub(crate) fn new() -> Result<Self, Error> {
        // What else the machine has would make other bytes elsewhere.
        let options = CollectionOptions { system_fonts: false, ..CollectionOptions::default() };
        let mut fonts =
            FontContext { collection: Collection::new(options), source_cache: Default::default() };
        let mut files = HashMap::new();
        for (family, bytes) in FILES {
            let blob = Blob::new(Arc::new(bytes));
            let font = Font::new(bytes.into(), 0).ok_or_else(|| Error(format!("{family} cannot be read")))?;
            files.insert(blob.id(), font);
            let named = FontInfoOverride { family_name: Some(family), ..FontInfoOverride::default() };
            fonts.collection.register_fonts(blob, Some(named));
        }
        Ok(Self { fonts, layouts: LayoutContext::new(), files })
    }

    /// Sets words in lines that are no wider than that, in points; a word that is wider is broken.
    pub(crate) fn set(&mut self, text: &str, style: Style, width: f32) -> Words {
        let text = printable(text);
        let names = [style.is_display.then_some(DISPLAY), Some(TEXT), Some(ANY)];
        let names: Vec<FontFamilyName<'_>> =
            names.into_iter().flatten().map(|name| FontFamilyName::Named(Cow::Borrowed(name))).collect();
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, &text, 1.0, false);
        builder.push_default(StyleProperty::FontFamily(FontFamily::List(Cow::Owned(names))));
        builder.push_default(StyleProperty::FontSize(style.size));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(1.4)));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        if style.is_bold {
            builder.push_default(StyleProperty::FontWeight(FontWeight::SEMI_BOLD));
        }
        let mut layout = builder.build(&text);
        layout.break_all_lines(Some(width));
        layout.align(Some(width), style.align, AlignmentOptions::default());
        Words { text, layout, ink: style.ink }
    }

    /// The typeface that a run names.
    pub(crate) fn font(&self, blob: u64) -> Option<&Font> {
        self.files.get(&blob)
    }
}

/// Without what cannot be printed: control characters go, tabs are blanks, and what no typeface has is a box.
fn printable(text: &str) -> String {
    let maps: Vec<_> =
        FILES.iter().filter_map(|(_, bytes)| FontRef::new(bytes).ok()).map(|font| font.charmap()).collect();
    let fonts = |c: char| maps.iter().any(|map| map.map(c).is_some_and(|glyph| glyph.to_u32() != 0));
    text.chars()
        .filter_map(|c| match c {
            '\n' => Some(c),
            c if c.is_whitespace() => Some(if fonts(c) && c != '\t' { c } else { ' ' }),
            c if c.is_control() || is_invisible(c) => None,
            c if fonts(c) => Some(c),
            _ => Some(MISSING),
        })
        .collect()
}

/// Joins or turns what stands beside it and is nothing itself: variation selectors, joiners, marks of direction.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
