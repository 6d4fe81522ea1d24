//! The cycle, the line laid flat: what is worked, what waited, what is left.

use domain::{
    cycle::{ClockState, CycleView, PieceKind},
    format::Locale,
};
use leptos::prelude::*;

/// Words and line. `due` is what stands at the end of the words while the clock runs, such as a `<time>`.
pub fn cycle(view: &CycleView, locale: Locale, due: Option<AnyView>) -> AnyView {
    let class = if view.at_risk { "cycle-words at-risk" } else { "cycle-words" };
    let end = match view.state {
        ClockState::Running => due,
        ClockState::Waiting => Some("clock paused".into_any()),
        ClockState::Paused => Some("paused".into_any()),
        ClockState::Stopped => None,
    };
    view! {
        <div class="cycle">
            <p class=class>
                <b>{reading(view, locale)}</b>
                {end.map(|end| view! { <span>{end}</span> })}
            </p>
            {line(view, locale, "cycle-line")}
        </div>
    }
    .into_any()
}

/// The line alone, for a card.
pub fn small(view: &CycleView, locale: Locale) -> AnyView {
    line(view, locale, "cycle-line small")
}

fn reading(view: &CycleView, locale: Locale) -> String {
    match view.state {
        ClockState::Stopped if view.worked > 0 => locale.used_of(view.worked, view.hours.into()),
        _ => locale.left_of(view.left, view.hours.into()),
    }
}

fn line(view: &CycleView, locale: Locale, class: &'static str) -> AnyView {
    let label = label(view, locale);
    let mut x = 0;
    let pieces: Vec<_> = view
        .pieces
        .iter()
        .map(|piece| {
            let from = x;
            x += piece.share;
            drawn(piece.kind, from, x, view.at_risk || view.overdue)
        })
        .collect();
    view! { <svg class=class role="img" aria-label=label>{pieces}</svg> }.into_any()
}

fn drawn(kind: PieceKind, from: u16, to: u16, at_risk: bool) -> AnyView {
    let (x, end, width) = (percent(from), percent(to), percent(to - from));
    match kind {
        PieceKind::Worked => {
            let class = if at_risk { "at-risk" } else { "worked" };
            view! { <rect class=class x=x width=width /> }.into_any()
        }
        PieceKind::Waiting => view! { <line class="waiting" x1=x x2=end y1="50%" y2="50%" /> }.into_any(),
        PieceKind::Left => ().into_any(),
    }
}

/// Thousandths as an SVG length.
fn percent(share: u16) -> String {
    format!("{}.{}%", share / 10, share % 10)
}

fn label(view: &CycleView, locale: Locale) -> String {
    let mut label = locale.used_of(view.worked, view.hours.into());
    if view.waited > 0 {
        label += &format!(", {} on hold", locale.length(view.waited));
    }
    if view.overdue {
        label += ", past due";
    } else if view.at_risk {
        label += ", at risk";
    }
    label
}

#[cfg(test)]
mod tests {
    use domain::{
        cycle::{ClockState, CycleView},
        format::Locale,
    };

    use super::{label, percent, reading};

    fn view(state: ClockState) -> CycleView {
        CycleView {
            hours: 48,
            worked: 17 * 3600,
            waited: 4 * 3600,
            left: 31 * 3600,
            state,
            at_risk: false,
            overdue: false,
            pieces: vec![],
        }
    }

    #[test]
    fn a_running_clock_says_what_is_left_and_a_stopped_one_what_was_used() {
        let (us, other) = (Locale::UnitedStates, Locale::International);
        assert_eq!(reading(&view(ClockState::Running), us), "31 of 48 hours left");
        assert_eq!(reading(&view(ClockState::Stopped), us), "17 of 48 hours used");
        assert_eq!(reading(&view(ClockState::Running), other), "31 of 48 h left");
        assert_eq!(reading(&view(ClockState::Stopped), other), "17 of 48 h used");
    }

    #[test]
    fn the_picture_says_itself_whole() {
        let mut view = view(ClockState::Running);
        let label = |view: &CycleView| label(view, Locale::UnitedStates);
        assert_eq!(label(&view), "17 of 48 hours used, 4 hours on hold");
        view.at_risk = true;
        assert_eq!(label(&view), "17 of 48 hours used, 4 hours on hold, at risk");
        view.overdue = true;
        assert_eq!(label(&view), "17 of 48 hours used, 4 hours on hold, past due");
    }

    #[test]
    fn shares_are_svg_lengths() {
        assert_eq!(percent(275), "27.5%");
        assert_eq!(percent(1000), "100.0%");
        assert_eq!(percent(7), "0.7%");
    }
}
