//! `POST /desk/clients/{client}/requests/{number}/place`: where a card stands.
//!
//! `column` and `before` (the id of the card above which it is put; none: the end) move it, `column` and `position` put
//! it back where it was before, and `step` (first, up, down) moves it within its column.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use domain::{
    Error,
    ids::ClientId,
    requests::{Column, MovedRequest, Position, commands, queries},
};

use super::{show::draw, view::BoardQuery};
use crate::{
    components::desk::column_name,
    web::{Fields, Operator, Path, PostedForm, Problem, answer, redirect_with},
};

pub async fn create(
    operator: Operator,
    Path((client, number)): Path<(ClientId, u64)>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let bare = &operator.cx.bare;
    let wanted = BoardQuery { client: back(&fields), q: String::new() };
    match carry_out(&operator, client, number, &fields).await {
        Ok(Some(moved)) if bare.wants_json => {
            Ok(Json(moved_json(&moved, fields.has("position"))).into_response())
        }
        Ok(moved) => {
            let note = moved.map(|moved| note(&moved, false)).unwrap_or_default();
            let to = super::view::back(wanted.one());
            Ok(if note.is_empty() { answer(bare, Ok(()), &to, "") } else { redirect_with(&to, &note) })
        }
        Err(Error::Refused(reason)) if !bare.wants_json => draw(&operator, &wanted, Some(reason)).await,
        Err(error) => Ok(answer(bare, Err(error), super::HERE, "")),
    }
}

/// The client whose board the form stood on, if it was one's.
fn back(fields: &Fields) -> String {
    let client = fields.text("back").split_once("client=").map(|(_, client)| client.parse::<ClientId>());
    client.and_then(Result::ok).map(|client| client.to_string()).unwrap_or_default()
}

async fn carry_out(
    operator: &Operator,
    client: ClientId,
    number: u64,
    fields: &Fields,
) -> domain::Result<Option<MovedRequest>> {
    let (db, scope) = (operator.cx.db(), &operator.scope);
    let request = queries::find(db, scope, client, number).await?;
    if let Some(step) = step(fields.text("step")) {
        // Past the cards that are in sight: on one client's board past that one's alone.
        let scope = if back(fields).is_empty() { scope.clone() } else { scope.within(client) };
        commands::reorder(db, &scope, request, step).await?;
        return Ok(None);
    }
    let column = fields.text("column").parse().map_err(|_| Error::NotFound)?;
    if let Ok(position) = fields.text("position").parse() {
        return commands::undo_move(db, scope, request, column, position).await.map(Some);
    }
    let before = fields.text("before").parse().ok();
    commands::move_to(db, scope, request, column, before).await.map(Some)
}

fn step(word: &str) -> Option<Position> {
    match word {
        "up" => Some(Position::Up),
        "down" => Some(Position::Down),
        "first" => Some(Position::First),
        _ => None,
    }
}

/// What the board's script is told: what came of it, and the way back.
fn moved_json(moved: &MovedRequest, undone: bool) -> serde_json::Value {
    let undo = (!undone).then(
        || serde_json::json!({ "column": moved.from.as_str(), "position": moved.position.to_string() }),
    );
    serde_json::json!({ "ok": true, "note": note(moved, undone), "undo": undo })
}

fn note(moved: &MovedRequest, undone: bool) -> String {
    let MovedRequest { number, from, to, .. } = moved;
    match (from, to) {
        _ if undone => format!("Undone. #{number} is back in {}.", column_name(*to)),
        (from, to) if from == to => format!("Moved #{number} within {}.", column_name(*to)),
        (Column::Backlog | Column::UpNext | Column::Done, Column::InProgress) => {
            format!("Started #{number}.")
        }
        (Column::Review, Column::Done) => format!("Approved #{number}."),
        (from, Column::Backlog | Column::UpNext) if from.is_active() => {
            format!("Moved #{number} to {}. Its clock is paused.", column_name(*to))
        }
        _ => format!("Moved #{number} to {}.", column_name(*to)),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        ids::RequestId,
        requests::{Column, MovedRequest},
    };

    use super::note;

    fn noted(from: Column, to: Column, undone: bool) -> String {
        let request: RequestId = "req_00000000000000000000000000000007".parse().unwrap();
        note(&MovedRequest { request, number: 13, from, to, position: 1.0 }, undone)
    }

    #[test]
    fn a_move_says_what_came_of_it() {
        assert_eq!(noted(Column::UpNext, Column::InProgress, false), "Started #13.");
        assert_eq!(noted(Column::Review, Column::Done, false), "Approved #13.");
        assert_eq!(
            noted(Column::InProgress, Column::UpNext, false),
            "Moved #13 to Up next. Its clock is paused."
        );
        assert_eq!(noted(Column::UpNext, Column::UpNext, false), "Moved #13 within Up next.");
        assert_eq!(noted(Column::InProgress, Column::UpNext, true), "Undone. #13 is back in Up next.");
        assert_eq!(noted(Column::Done, Column::Review, false), "Moved #13 to Review.");
    }
}
