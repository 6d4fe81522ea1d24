//! Which moves an operator may make, and what each of them does.

use crate::{
    Error, Result,
    requests::{Card, Column},
    session::RunState,
};

/// What a move amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MoveKind {
    /// Within its column.
    Reorder,
    /// Between Backlog and Up next, or into Waiting or Review: the clock follows the column.
    Shift,
    /// It takes a place, and an agent starts on it.
    Start,
    /// It gives its place up: whoever works on it is taken off.
    Park,
    /// It has its place, and is worked on again.
    GoOn,
    /// The client's yes, in their name.
    Approve,
}

/// What is known of the request that decides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) living: Option<RunState>,
    /// A question to the client is open.
    pub(super) asked: bool,
    pub(super) delivered: bool,
}

/// What moving a request from one column to another does.
///
/// # Errors
/// [`Error::Refused`] with what to do instead.
pub(super) fn move_kind(from: Column, to: Column, facts: Facts) -> Result<MoveKind> {
    use Column::*;
    match (from, to) {
        (a, b) if a == b => Ok(MoveKind::Reorder),
        (Backlog | UpNext, Backlog | UpNext) => Ok(MoveKind::Shift),
        (Backlog | UpNext | Done, InProgress) => Ok(MoveKind::Start),
        (InProgress | Waiting | Review, Backlog | UpNext) => Ok(MoveKind::Park),
        (Waiting | Review, InProgress) if facts.asked => {
            Err(Error::refused("There’s an open question. Answer it and work will continue on its own."))
        }
        (Waiting | Review, InProgress) => Ok(MoveKind::GoOn),
        (InProgress | Waiting, Waiting | Review) => to_standstill(to, facts),
        (Review, Waiting) => Err(Error::refused("It’s already waiting on the client for a review.")),
        (Review, Done) => Ok(MoveKind::Approve),
        (Done, Review) => Ok(MoveKind::Shift),
        (_, Done) => Err(Error::refused("It has to be reviewed before it’s done. Move it to Review first.")),
        (Backlog | UpNext, _) => Err(Error::refused("Work hasn’t started. Move it to In progress first.")),
        (Done, _) => Err(Error::refused("It’s done. To reopen it, move it to Review or In progress.")),
        (a, b) => Err(Error::Broken(format!("no rule for {a:?} to {b:?}"))),
    }
}

/// The columns that an operator may move a card to as things stand, its own aside. Places and the subscription are not
/// looked at: they are settled when it is moved.
pub(crate) fn moves(card: &Card) -> Vec<Column> {
    let facts = Facts {
        living: card.run.as_ref().map(|run| run.state).filter(|state| !state.has_ended()),
        asked: card.asked,
        delivered: card.version.is_some(),
    };
    let may = |to: &Column| *to != card.column && move_kind(card.column, *to, facts).is_ok();
    Column::ALL.into_iter().filter(may).collect()
}

/// By hand into Waiting on you or Review, where the clock stands still.
fn to_standstill(to: Column, facts: Facts) -> Result<MoveKind> {
    match facts.living {
        Some(RunState::Working) => Err(Error::refused("Someone is working on this. Stop the work first.")),
        _ if facts.asked => {
            Err(Error::refused("There’s an open question. Answer it and work will continue on its own."))
        }
        _ if to == Column::Review && !facts.delivered => {
            Err(Error::refused("Nothing has been delivered yet, so there’s nothing to review."))
        }
        _ => Ok(MoveKind::Shift),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Facts = Facts { living: None, asked: false, delivered: false };

    fn allowed(facts: Facts) -> Vec<String> {
        let mut moves = Vec::new();
        for from in Column::ALL {
            for to in Column::ALL {
                if let Ok(move_kind) = move_kind(from, to, facts)
                    && move_kind != MoveKind::Reorder
                {
                    moves.push(format!("{} {}: {move_kind:?}", from.as_str(), to.as_str()));
                }
            }
        }
        moves
    }

    #[test]
    fn every_pair_of_columns_has_its_rule() {
        let moves = allowed(Facts { delivered: true, ..QUIET });
        assert_eq!(
            moves,
            [
                "backlog up_next: Shift",
                "backlog in_progress: Start",
                "up_next backlog: Shift",
                "up_next in_progress: Start",
                "in_progress backlog: Park",
                "in_progress up_next: Park",
                "in_progress waiting: Shift",
                "in_progress review: Shift",
                "waiting backlog: Park",
                "waiting up_next: Park",
                "waiting in_progress: GoOn",
                "waiting review: Shift",
                "review backlog: Park",
                "review up_next: Park",
                "review in_progress: GoOn",
                "review done: Approve",
                "done in_progress: Start",
                "done review: Shift",
            ]
        );
    }

    #[test]
    fn a_refusal_is_never_a_riddle() {
        for from in Column::ALL {
            for to in Column::ALL {
                assert!(!matches!(move_kind(from, to, QUIET), Err(Error::Broken(_))), "{from:?} {to:?}");
            }
        }
        let review = |facts| move_kind(Column::InProgress, Column::Review, facts);
        assert!(
            matches!(review(QUIET), Err(Error::Refused(why)) if why.contains("Nothing has been delivered"))
        );
        let busy = Facts { living: Some(RunState::Working), delivered: true, ..QUIET };
        assert!(matches!(review(busy), Err(Error::Refused(why)) if why.contains("Stop the work first")));
        let asked = Facts { asked: true, ..QUIET };
        assert!(
            matches!(move_kind(Column::Waiting, Column::InProgress, asked), Err(Error::Refused(why)) if why.contains("Answer it"))
        );
    }
}
