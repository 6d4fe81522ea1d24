//! The cycle, the line laid flat: what is worked, what waited, what is left.

use domain::{
    cycle::{ClockState, CycleView, PieceKind},
    words,
};
use leptos::prelude::*;

/// Words and line. `due` is what stands at the end of the words while the clock runs, such as a `<time>`.
pub fn cycle(view: &CycleView, due: Option<AnyView>) -> AnyView {
    let class = if view.at_risk { "cycle-words at-risk" } else { "cycle-words" };
    let (first, rest) = reading(view);
    let end = match view.state {
        ClockState::Running => due,
        ClockState::Waiting => Some("clock paused".into_any()),
        ClockState::Paused => Some("paused".into_any()),
        ClockState::Stopped => None,
    };
    view! {
        <div class="cycle">
            <p class=class>
                <span><b>{first}</b>{rest}</span>
                {end.map(|end| view! { <span>{end}</span> })}
            </p>
            {line(view, "cycle-line")}
        </div>
    }
    .into_any()
}

/// The line alone, for a card.
pub fn small(view: &CycleView) -> AnyView {
    line(view, "cycle-line small")
}

fn reading(view: &CycleView) -> (String, String) {
    match view.state {
        ClockState::Stopped if view.worked > 0 => {
            (words::length(view.worked), format!(" of {} hours used", view.hours))
        }
        _ => (words::left(view.left), format!(" of {}", view.hours)),
    }
}

fn line(view: &CycleView, class: &'static str) -> AnyView {
    let label = label(view);
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

fn label(view: &CycleView) -> String {
    let mut label = format!("{} of {} hours used", words::length(view.worked), view.hours);
    if view.waited > 0 {
        label += &format!(", {} on hold", words::length(view.waited));
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
    use domain::cycle::{ClockState, CycleView};

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
        assert_eq!(reading(&view(ClockState::Running)), ("31 h left".to_owned(), " of 48".to_owned()));
        assert_eq!(reading(&view(ClockState::Stopped)), ("17 h".to_owned(), " of 48 hours used".to_owned()));
    }

    #[test]
    fn the_picture_says_itself_whole() {
        let mut view = view(ClockState::Running);
        assert_eq!(label(&view), "17 h of 48 hours used, 4 h on hold");
        view.at_risk = true;
        assert_eq!(label(&view), "17 h of 48 hours used, 4 h on hold, at risk");
        view.overdue = true;
        assert_eq!(label(&view), "17 h of 48 hours used, 4 h on hold, past due");
    }

    #[test]
    fn shares_are_svg_lengths() {
        assert_eq!(percent(275), "27.5%");
        assert_eq!(percent(1000), "100.0%");
        assert_eq!(percent(7), "0.7%");
    }
}
