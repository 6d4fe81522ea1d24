//! Pages as a PDF.

use std::num::NonZeroU16;

use chrono::{Datelike as _, Timelike as _};
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Accessibility, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata},
    num::NormalizedF32,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    tagging::{
        Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup,
        TagTree,
    },
    text::{GlyphId, KrillaGlyph},
};

use crate::{
    Error,
    fonts::{Ink, Style, Typesetter, Words},
    layout::{Head, MARGIN, Piece, Role, Shape},
    pages::Page,
    paper::{Code, Paper},
};

/// The modules around a code that stay white, as its standard wants, are the paper's own.
const FOOT: Style = Style::text(8.0).ink(Ink::Soft);
/// The bar in the workspace's color, at the top of the first page.
const BAR: f32 = 5.0;
/// So many letters are more than a foot has room for.
const MOST_FOOT: usize = 120;

pub(crate) fn write(set: &mut Typesetter, paper: &Paper, pages: &[Page]) -> Result<Vec<u8>, Error> {
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| Error(format!("{error:?}")))?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(paper));
    let (width, height) = paper.size.points();
    let settings = PageSettings::from_wh(width, height).ok_or_else(|| Error("no page".to_owned()))?;
    let mut read: Vec<(Role, Identifier)> = Vec::new();
    for (number, pieces) in pages.iter().enumerate() {
        let mut page = document.start_page_with(settings.clone());
        let mut surface = page.surface();
        let mut pen = Pen { set: &*set, surface: &mut surface, accent: paper.accent };
        if number == 0 {
            pen.artifact(ArtifactType::Layout, |pen| pen.fill((0.0, 0.0), (width, BAR), Ink::Accent));
        }
        for piece in pieces {
            pen.piece(piece, &mut read);
        }
        let foot = (MARGIN, height - 38.0);
        let half = width / 2.0 - MARGIN;
        let whose = [paper.sender.as_str(), &paper.title()].join(" · ");
        let of = format!("Page {} of {}", number + 1, pages.len());
        for (x, words) in [
            (foot.0, set_foot(set, &whose, FOOT, half)),
            (foot.0 + half, set_foot(set, &of, FOOT.right(), half)),
        ] {
            let mut pen = Pen { set: &*set, surface: &mut surface, accent: paper.accent };
            pen.artifact(ArtifactType::Footer, |pen| pen.words((x, foot.1), &words));
        }
        surface.finish();
        page.finish();
    }
    document.set_outline(outline(paper));
    document.set_tag_tree(tree(paper, read)?);
    document.finish().map_err(|error| Error(format!("{error:?}")))
}

/// One line: a name that is too long for the foot loses its end.
fn set_foot(set: &mut Typesetter, text: &str, style: Style, width: f32) -> Words {
    let mut text: String =
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_FOOT).collect();
    loop {
        let words = set.set(&text, style, width);
        if words.layout.len() <= 1 || text.is_empty() {
            return words;
        }
        text = text.chars().take(text.chars().count().saturating_sub(4)).collect();
        text = format!("{}…", text.trim_end_matches('…').trim_end());
    }
}

fn metadata(paper: &Paper) -> Metadata {
    let date = paper.date;
    let two = |number: u32| u8::try_from(number).unwrap_or_default();
    let date = DateTime::new(u16::try_from(date.year()).unwrap_or_default())
        .month(two(date.month()))
        .day(two(date.day()))
        .hour(two(date.hour()))
        .minute(two(date.minute()))
        .second(two(date.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(paper.title())
        .authors(vec![paper.sender.clone()])
        .language(paper.language.clone())
        .creation_date(date)
}

/// The one entry that readers' list of contents has.
fn outline(paper: &Paper) -> Outline {
    let top = XyzDestination::new(0, Point::from_xy(0.0, 0.0));
    let mut outline = Outline::new();
    outline.push_child(OutlineNode::new(paper.title(), top));
    outline
}

struct Pen<'a, 'b> {
    set: &'a Typesetter,
    surface: &'a mut Surface<'b>,
    accent: [u8; 3],
}

impl Pen<'_, '_> {
    fn artifact(&mut self, kind: ArtifactType, draw: impl FnOnce(&mut Self)) {
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
        draw(self);
        self.surface.end_tagged();
    }

    fn piece(&mut self, piece: &Piece, read: &mut Vec<(Role, Identifier)>) {
        if piece.role == Role::Artifact {
            self.artifact(ArtifactType::Layout, |pen| pen.shape(piece));
            return;
        }
        let tag = match piece.shape {
            Shape::Words(_) => ContentTag::Span(SpanTag::empty()),
            _ => ContentTag::Other,
        };
        let identifier = self.surface.start_tagged(tag);
        self.shape(piece);
        self.surface.end_tagged();
        read.push((piece.role.clone(), identifier));
    }

    fn shape(&mut self, piece: &Piece) {
        let at = (piece.x, piece.y);
        match &piece.shape {
            Shape::Words(words) => self.words(at, words),
            Shape::Rectangle(width, height, ink) => self.fill(at, (*width, *height), *ink),
            Shape::Code(code, side) => self.code(at, code, *side),
        }
    }

    fn ink(&mut self, ink: Ink) {
        let [red, green, blue] = match ink {
            Ink::Dark => [0x1c, 0x1b, 0x19],
            Ink::Soft => [0x5f, 0x5c, 0x57],
            Ink::Hairline => [0xd9, 0xd5, 0xcd],
            Ink::Accent => self.accent,
        };
        let paint = rgb::Color::new(red, green, blue).into();
        self.surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: Default::default() }));
    }

    fn fill(&mut self, at: (f32, f32), size: (f32, f32), ink: Ink) {
        self.ink(ink);
        let mut path = PathBuilder::new();
        if let Some(rect) = Rect::from_xywh(at.0, at.1, size.0, size.1) {
            path.push_rect(rect);
        }
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }

    fn code(&mut self, at: (f32, f32), code: &Code, side: f32) {
        self.ink(Ink::Dark);
        let module = side / code.width.max(1) as f32;
        let mut path = PathBuilder::new();
        for (place, _) in code.modules.iter().enumerate().filter(|(_, dark)| **dark) {
            let (x, y) = ((place % code.width) as f32, (place / code.width) as f32);
            if let Some(rect) = Rect::from_xywh(at.0 + x * module, at.1 + y * module, module, module) {
                path.push_rect(rect);
            }
        }
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }

    fn words(&mut self, at: (f32, f32), words: &Words) {
        self.ink(words.ink);
        for line in words.layout.lines() {
            let metrics = line.metrics();
            let mut x = at.0 + metrics.offset;
            let y = at.1 + metrics.baseline;
            for run in line.runs() {
                let begin = x;
                let size = run.font_size();
                let mut glyphs: Vec<KrillaGlyph> = Vec::new();
                for cluster in run.visual_clusters() {
                    if cluster.is_ligature_continuation() {
                        if let Some(glyph) = glyphs.last_mut() {
                            glyph.text_range.end = cluster.text_range().end;
                        }
                        continue;
                    }
                    for glyph in cluster.glyphs() {
                        glyphs.push(KrillaGlyph::new(
                            GlyphId::new(glyph.id),
                            glyph.advance / size,
                            glyph.x / size,
                            glyph.y / size,
                            0.0,
                            cluster.text_range(),
                            None,
                        ));
                        x += glyph.advance;
                    }
                }
                if let Some(font) = self.set.font(run.font().data.id())
                    && !glyphs.is_empty()
                {
                    let start = Point::from_xy(begin, y);
                    self.surface.draw_glyphs(start, &glyphs, font.clone(), &words.text, size, false);
                }
            }
        }
    }
}

/// What a screen reader goes through, in the order in which it was drawn.
fn tree(paper: &Paper, read: Vec<(Role, Identifier)>) -> Result<TagTree, Error> {
    let level = |number: u16| NonZeroU16::new(number).unwrap_or(NonZeroU16::MIN);
    let mut tree = TagTree::new().with_lang(Some(paper.language.clone()));
    let mut read = read.into_iter().peekable();
    while let Some((role, identifier)) = read.next() {
        let group = match role {
            Role::Artifact => return Err(Error("an artifact was read".to_owned())),
            Role::Title => {
                TagGroup::with_children(Tag::Hn(level(1), Some(paper.title())), vec![identifier.into()])
            }
            Role::Heading(words) => {
                TagGroup::with_children(Tag::Hn(level(2), Some(words)), vec![identifier.into()])
            }
            Role::Paragraph => TagGroup::with_children(Tag::P, vec![identifier.into()]),
            Role::Figure(description) => {
                TagGroup::with_children(Tag::Figure(Some(description)), vec![identifier.into()])
            }
            Role::Cell { table, row, head } => {
                let mut cells = vec![(row, head, identifier)];
                while let Some((Role::Cell { row, head, .. }, identifier)) =
                    read.next_if(|(role, _)| matches!(role, Role::Cell { table: of, .. } if *of == table))
                {
                    cells.push((row, head, identifier));
                }
                table_of(cells)
            }
        };
        tree.push(group);
    }
    Ok(tree)
}

fn table_of(cells: Vec<(usize, Head, Identifier)>) -> TagGroup {
    let mut table = TagGroup::new(Tag::Table);
    let mut row: Option<(usize, TagGroup)> = None;
    for (number, head, identifier) in cells {
        let cell = vec![Node::from(identifier)];
        let cell = match head {
            Head::No => TagGroup::with_children(Tag::TD, cell),
            Head::OfColumn => TagGroup::with_children(Tag::TH(TableHeaderScope::Column), cell),
            Head::OfRow => TagGroup::with_children(Tag::TH(TableHeaderScope::Row), cell),
        };
        match &mut row {
            Some((of, group)) if *of == number => group.push(cell),
            _ => {
                let next = TagGroup::with_children(Tag::TR, vec![cell.into()]);
                if let Some((_, done)) = row.replace((number, next)) {
                    table.push(done);
                }
            }
        }
    }
    if let Some((_, done)) = row {
        table.push(done);
    }
    table
}
