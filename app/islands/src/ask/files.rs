//! Files go up as soon as they are chosen, one by one, each with its progress.

use std::rc::Rc;

use leptos::prelude::*;
use serde::Deserialize;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, File, FormData, HtmlInputElement, ProgressEvent, SubmitEvent, XmlHttpRequest};
use wire::files::{LIMIT, LIMIT_WORDS, size};

use super::sending::Sending;
use crate::dom;

const ADDRESS: &str = "/portal/files";
const LOST: &str = "Upload failed. Choose the file again.";

/// What the server made of a file.
#[derive(Default, Deserialize)]
struct UploadAnswer {
    #[serde(default)]
    html: String,
    #[serde(default)]
    refused: String,
}

/// Listens for as long as the island lives.
pub fn listen(form: &Element, sending: &Rc<Sending>, said: RwSignal<String>) {
    let (own, sent) = (form.clone(), sending.clone());
    dom::listen(form, "change", move |event: Event| {
        let input = dom::target(&event).and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input.filter(|input| input.type_() == "file") {
            take(&own, &input, &sent, said);
        }
    });
    dom::listen(form, "submit", move |event: SubmitEvent| remove(&event, said));
}

fn take(form: &Element, input: &HtmlInputElement, sending: &Rc<Sending>, said: RwSignal<String>) {
    let Some(files) = input.files() else { return };
    let files: Vec<File> = (0..files.length()).filter_map(|at| files.item(at)).collect();
    // They go up here: the form itself must not carry them a second time.
    input.set_value("");
    for file in files {
        let Some(row) = FileLine::new(&file) else { continue };
        if file.size() > LIMIT as f64 {
            row.refuse(&format!(
                "That’s over {LIMIT_WORDS}. Shrink it, or paste a link we can download it from."
            ));
        } else if send(form, &file, row, sending, said).is_err() {
            sending.end_file();
        }
    }
}

fn send(
    form: &Element,
    file: &File,
    row: FileLine,
    sending: &Rc<Sending>,
    said: RwSignal<String>,
) -> Result<(), wasm_bindgen::JsValue> {
    sending.begin_file();
    let body = FormData::new()?;
    body.append_with_str("form_token", &dom::value_of(form, "form_token"))?;
    body.append_with_blob_and_filename("files", file, &file.name())?;
    let request = XmlHttpRequest::new()?;
    request.open("POST", ADDRESS)?;
    request.set_request_header("accept", "application/json")?;
    let (row, name) = (Rc::new(row), file.name());
    let shown = row.clone();
    let progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| shown.progress(&event));
    request.upload()?.set_onprogress(Some(progress.into_js_value().unchecked_ref()));
    let (own, sending) = (request.clone(), sending.clone());
    let ended = Closure::once_into_js(move || {
        let text = own.response_text().ok().flatten().unwrap_or_default();
        let answer = serde_json::from_str::<UploadAnswer>(&text).unwrap_or_default();
        match (answer.html.as_str(), answer.refused.as_str()) {
            ("", "") => row.refuse(LOST),
            ("", why) => row.refuse(why),
            (html, _) => {
                row.place.set_outer_html(html);
                said.set(format!("{name} uploaded."));
            }
        }
        sending.end_file();
    });
    // Told once, however it ends.
    request.set_onloadend(Some(ended.unchecked_ref()));
    request.send_with_opt_form_data(Some(&body))
}

fn remove(event: &SubmitEvent, said: RwSignal<String>) {
    let Some(button) =
        event.submitter().filter(|button| button.get_attribute("name").as_deref() == Some("remove"))
    else {
        return;
    };
    event.prevent_default();
    if let Ok(Some(row)) = button.closest(".file") {
        row.remove();
        said.set("Removed.".to_owned());
        if let Some(input) = dom::by_id("files") {
            dom::focus(&input);
        }
    }
}

/// A file's line in the list while it is on its way.
struct FileLine {
    place: Element,
    words: Element,
    bar: Element,
}

impl FileLine {
    fn new(file: &File) -> Option<Self> {
        let place = document().create_element("li").ok()?;
        place.set_class_name("file");
        let name = document().create_element("b").ok()?;
        name.set_text_content(Some(&file.name()));
        let words = document().create_element("small").ok()?;
        words.set_text_content(Some(&size(file.size() as u64)));
        let bar = document().create_element("progress").ok()?;
        bar.set_class_name("progress");
        drop(bar.set_attribute("max", "100"));
        drop(bar.set_attribute("aria-label", &file.name()));
        for part in [&name, &words, &bar] {
            place.append_child(part).ok()?;
        }
        dom::by_id("file-list")?.append_child(&place).ok()?;
        Some(Self { place, words, bar })
    }

    fn progress(&self, event: &ProgressEvent) {
        if event.length_computable() && event.total() > 0.0 {
            let (loaded, total) = (event.loaded(), event.total());
            drop(self.bar.set_attribute("value", &((loaded / total * 100.0).round() as u32).to_string()));
            self.words.set_text_content(Some(&format!("{} of {}", size(loaded as u64), size(total as u64))));
        }
    }

    fn refuse(&self, why: &str) {
        self.bar.remove();
        let Ok(words) = document().create_element("p") else { return };
        words.set_class_name("field-error");
        drop(words.set_attribute("role", "alert"));
        words.set_text_content(Some(why));
        drop(self.place.append_child(&words));
    }
}
