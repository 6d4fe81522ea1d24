//! Asking for work: words, files, how soon. Sent twice, it makes one request.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use domain::{
    Error, FieldErrors, files,
    files::File,
    ids::FileId,
    requests::{NewRequest, Outlook, Priority, commands, queries},
    secret,
};
use islands::ask::Ask;
use leptos::prelude::*;

use super::{LIST, form};
use crate::{
    components::{field, page_head::PageHead, request, waits},
    pages::files::upload::{FormContents, FormWithFiles, RefusedFile},
    web::{Fields, Form, Frame, Member, Page, PortalTab, Problem, answer, redirect_with},
};

/// The most files of one request when it is asked for.
const MOST_FILES: usize = 20;

/// A request on its way: what is written, and the files that are here already.
struct NewRequestForm {
    form: Form,
    files: Vec<File>,
    refused: Vec<RefusedFile>,
    preview: bool,
}

/// `GET /portal/requests/new`
pub async fn show(member: Member) -> Result<Response, Problem> {
    allowed(&member)?;
    let values = Fields::default().with("form_key", secret::random_token());
    draw(
        &member,
        NewRequestForm { form: Form::of(values), files: Vec::new(), refused: Vec::new(), preview: false },
    )
    .await
}

/// `POST /portal/requests`: `do` is ask, later or preview; `remove` takes a file out again.
pub async fn create(member: Member, form: FormWithFiles) -> Result<Response, Problem> {
    allowed(&member)?;
    let bare = &member.cx.bare;
    let FormContents { fields, files, refused } = form.receive_what_fits(bare, &member.scope, None).await?;
    let ids = chosen(&fields, files);
    let again = fields.has("remove") || fields.text("do") == "preview";
    if again || !refused.is_empty() {
        return redraw(&member, fields, &ids, refused).await;
    }
    let later = fields.text("do") == "later";
    match commands::create(member.cx.db(), &member.scope, new_request(&fields, &ids, later)).await {
        Ok(number) if bare.wants_json => {
            Ok(Json(serde_json::json!({ "ok": true, "path": request::path(number) })).into_response())
        }
        Ok(number) => Ok(redirect_with(
            &request::path(number),
            if later { "Saved to your Backlog." } else { "Got it. Your request is in." },
        )),
        Err(error) if bare.wants_json => Ok(answer(bare, Err(error), LIST, "")),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            let files = here(&member, &ids).await?;
            draw(&member, NewRequestForm { form, files, refused: Vec::new(), preview: false }).await
        }
    }
}

/// Those who follow the work without a say in it cannot ask for any.
fn allowed(member: &Member) -> Result<(), Problem> {
    if member.membership.role.may_work() {
        return Ok(());
    }
    let why = "Your role is Billing, so you can view requests but not send or change them. An owner can change your role.";
    Err(Error::refused(why).into())
}

/// The files that go along: those from before but for the removed one, then those that just came.
fn chosen(fields: &Fields, fresh: Vec<FileId>) -> Vec<FileId> {
    let removed = fields.text("remove");
    let before = fields.all("file").filter(|id| *id != removed).filter_map(|id| id.parse().ok());
    let mut ids: Vec<FileId> = before.chain(fresh).collect();
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    ids.truncate(MOST_FILES);
    ids
}

fn new_request(fields: &Fields, files: &[FileId], later: bool) -> NewRequest {
    let form_key = fields.text("form_key");
    NewRequest {
        title: fields.text("title").to_owned(),
        brief: fields.text("brief").to_owned(),
        priority: fields.text("priority").parse().unwrap_or(Priority::Normal),
        queue: !later,
        files: files.to_vec(),
        form_key: (1..=80).contains(&form_key.len()).then(|| form_key.to_owned()),
    }
}

async fn redraw(
    member: &Member,
    fields: Fields,
    ids: &[FileId],
    refused: Vec<RefusedFile>,
) -> Result<Response, Problem> {
    let preview = fields.text("do") == "preview" && !fields.has("remove");
    let mut form = Form::of(fields);
    if !refused.is_empty() {
        form.errors = FieldErrors::one("files", "Some files couldn’t be added. See the list for details.");
    }
    let files = here(member, ids).await?;
    draw(member, NewRequestForm { form, files, refused, preview }).await
}

/// The files as they are known; one that is not there is left out.
async fn here(member: &Member, ids: &[FileId]) -> Result<Vec<File>, Problem> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        match files::queries::get(member.cx.db(), &member.scope, *id).await {
            Ok(file) => found.push(file),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

async fn draw(member: &Member, draft: NewRequestForm) -> Result<Response, Problem> {
    let outlook = queries::outlook(member.cx.db(), &member.scope).await?;
    let preview = form::preview(member.cx.db(), &member.scope, &draft.form, draft.preview).await?;
    let page = Page::new(&member.cx, "New request", Frame::Portal(PortalTab::Requests)).workshop();
    Ok(page.status(draft.form.status()).show(|| view(member, &draft, preview, &outlook)))
}

fn view(member: &Member, draft: &NewRequestForm, preview: Option<String>, outlook: &Outlook) -> AnyView {
    let NewRequestForm { form, files, refused, .. } = draft;
    let keep = format!("ask {}", member.membership.membership);
    view! {
        {PageHead::new("New request").crumbs(&[(LIST, "Requests")], "New").show()}
        {waits::notice(outlook.waits, member.membership.role.may_bill())}
        <form class="form" id="ask" method="post" action=LIST enctype="multipart/form-data">
            {field::token(&member.cx)}
            <input type="hidden" name="form_key" value=form.values.text("form_key").to_owned() />
            {field::summary(form)}
            {form::words(form, preview)}
            {form::files(files, refused)}
            {form::priorities(form)}
            <div class="button-row">
                <button class="button primary" name="do" value="ask">"Send request"</button>
                <button class="button" name="do" value="later">"Save to Backlog"</button>
            </div>
        </form>
        <Ask form="ask" keep=keep />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::{ids::FileId, requests::Priority};

    use super::{MOST_FILES, chosen, new_request};
    use crate::web::Fields;

    #[test]
    fn files_go_along_once_and_without_the_removed_one() {
        let [one, two, fresh] = [FileId::new(), FileId::new(), FileId::new()];
        let fields = Fields::default()
            .with("file", one.to_string())
            .with("file", two.to_string())
            .with("file", one.to_string())
            .with("file", "no file")
            .with("remove", two.to_string());
        assert_eq!(chosen(&fields, vec![fresh]), [one, fresh]);
        let many =
            (0..50).fold(Fields::default(), |fields, _| fields.with("file", FileId::new().to_string()));
        assert_eq!(chosen(&many, Vec::new()).len(), MOST_FILES);
    }

    #[test]
    fn what_a_form_cannot_say_is_the_usual() {
        let fields = Fields::default().with("priority", "asap").with("form_key", "k".repeat(500));
        let new = new_request(&fields, &[], true);
        assert_eq!((new.priority, new.queue, new.form_key), (Priority::Normal, false, None));
        let fields = Fields::default().with("priority", "high").with("form_key", "k");
        assert_eq!(new_request(&fields, &[], false).form_key.as_deref(), Some("k"));
    }
}
