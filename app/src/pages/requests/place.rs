//! Where a request stands in line: up, down, first, above another, in line or kept for later.

use axum::response::Response;
use domain::{
    Result as Done,
    requests::{Column, Position, commands, queries},
};

use super::QUEUE;
use crate::web::{Fields, Member, Path, PostedForm, Problem, answer};

/// `POST /portal/requests/{number}/place`: `step` up, down or first; otherwise `column`, and `before`, the number of the
/// request above which it is put there (none: the end).
pub async fn put(
    member: Member,
    Path(number): Path<u64>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let bare = &member.cx.bare;
    match carry_out(&member, number, &fields).await {
        Ok(note) => Ok(answer(bare, Ok(()), QUEUE, &note)),
        Err(error) => Ok(answer(bare, Err(error), QUEUE, "")),
    }
}

async fn carry_out(member: &Member, number: u64, fields: &Fields) -> Done<String> {
    let (db, scope) = (member.cx.db(), &member.scope);
    let request = queries::find(db, scope, member.client, number).await?;
    if let Some(place) = step(fields.text("step")) {
        commands::reorder(db, scope, request, place).await?;
        return Ok(String::new());
    }
    let column = fields.text("column").parse().map_err(|_| domain::Error::NotFound)?;
    let before = match fields.text("before").parse() {
        Ok(before) => Some(queries::find(db, scope, member.client, before).await?),
        Err(_) => None,
    };
    let moved = commands::move_to(db, scope, request, column, before).await?;
    Ok(note(number, moved.from, moved.to))
}

fn step(word: &str) -> Option<Position> {
    match word {
        "up" => Some(Position::Up),
        "down" => Some(Position::Down),
        "first" => Some(Position::First),
        _ => None,
    }
}

/// What came of it; a move within its list is seen.
fn note(number: u64, from: Column, to: Column) -> String {
    match to {
        _ if from == to => String::new(),
        Column::Backlog => format!("Moved #{number} to Backlog."),
        Column::UpNext => format!("Moved #{number} to Up next."),
        _ => format!("A slot was open, so #{number} has started."),
    }
}

#[cfg(test)]
mod tests {
    use domain::requests::Column;

    use super::note;

    #[test]
    fn a_move_says_what_came_of_it() {
        assert_eq!(note(13, Column::UpNext, Column::UpNext), "");
        assert_eq!(note(13, Column::UpNext, Column::Backlog), "Moved #13 to Backlog.");
        assert_eq!(note(13, Column::Backlog, Column::UpNext), "Moved #13 to Up next.");
        assert_eq!(note(13, Column::Backlog, Column::InProgress), "A slot was open, so #13 has started.");
    }
}
