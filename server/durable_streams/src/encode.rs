//! Events as bodies and as server-sent events.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use sessions::{Offset, Page, Record};

use super::sse::SseEvent;

/// How a stream's events are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As an array.
    Json,
    /// As text, one after another.
    Text,
    /// As bytes, one after another; in server-sent events as base64.
    Bytes,
}

impl Encoding {
    pub(super) fn of(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/json" => Self::Json,
            text if text.starts_with("text/") => Self::Text,
            _ => Self::Bytes,
        }
    }
}

/// The events as a body.
pub(super) fn body(encoding: Encoding, records: &[Record]) -> Bytes {
    if encoding == Encoding::Json {
        return array(records).into();
    }
    let mut bytes = Vec::with_capacity(records.iter().map(|record| record.data.len()).sum());
    records.iter().for_each(|record| bytes.extend_from_slice(record.data.as_bytes()));
    bytes.into()
}

fn array(records: &[Record]) -> String {
    let mut text = list(records);
    match text.is_empty() {
        true => text.push('['),
        // The first has nothing before it.
        false => text.replace_range(..1, "["),
    }
    text.push(']');
    text
}

/// Each event after a comma.
fn list(records: &[Record]) -> String {
    let bytes: usize = records.iter().map(|record| record.data.len() + 1).sum();
    let mut text = String::with_capacity(bytes + 2);
    for record in records {
        text.push(',');
        text.push_str(record.json());
    }
    text
}

/// The events as a part of a body: of JSON each after a comma, of anything else one after another.
pub(super) fn items(encoding: Encoding, records: &[Record]) -> Bytes {
    if encoding == Encoding::Json { list(records).into() } else { body(encoding, records) }
}

/// A page as server-sent events: its data, if there is any, and the control event that goes with it.
pub(super) fn events(encoding: Encoding, page: &Page, cursor: u64) -> Bytes {
    let mut text = String::new();
    if !page.records.is_empty() {
        let data = match encoding {
            Encoding::Json => array(&page.records),
            Encoding::Text => String::from_utf8_lossy(&body(encoding, &page.records)).into_owned(),
            Encoding::Bytes => STANDARD.encode(body(encoding, &page.records)),
        };
        SseEvent { name: Some("data"), id: None, data: &data }.write_dense(&mut text);
    }
    let control = control(page.next, cursor, page.up_to_date, page.closed);
    SseEvent { name: Some("control"), id: None, data: &control }.write_dense(&mut text);
    text.into()
}

/// Where the reader stands.
fn control(next: Offset, cursor: u64, up_to_date: bool, closed: bool) -> String {
    if closed {
        return format!(r#"{{"streamNextOffset":"{next}","upToDate":true,"streamClosed":true}}"#);
    }
    let up_to_date = if up_to_date { r#","upToDate":true"# } else { "" };
    format!(r#"{{"streamNextOffset":"{next}","streamCursor":"{cursor}"{up_to_date}}}"#)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use sessions::Data;

    use super::*;

    fn page(data: &[Data], closed: bool) -> Page {
        let record = |(place, data): (usize, &Data)| Record {
            offset: Offset::from_value(place as u64 + 1),
            at: DateTime::UNIX_EPOCH,
            data: data.clone(),
        };
        let records: Vec<_> = data.iter().enumerate().map(record).collect();
        let next = Offset::from_value(records.len() as u64);
        Page { next, records, up_to_date: true, closed, revision: 0 }
    }

    fn sent(encoding: Encoding, data: &[Data], closed: bool) -> String {
        String::from_utf8(events(encoding, &page(data, closed), 7).to_vec()).unwrap()
    }

    #[test]
    fn nothing_in_the_data_can_end_its_event() {
        let evil = Data::bytes("a\r\n\r\nevent: control\rdata: {}\n\n b");
        let sent = sent(Encoding::Text, &[evil], false);
        let (data, control) = sent.split_once("\n\n").unwrap();
        assert_eq!(data, "event: data\ndata:a\ndata:\ndata:event: control\ndata:data: {}\ndata:\ndata:  b");
        assert_eq!(
            control,
            "event: control\ndata:{\"streamNextOffset\":\"00000000000000000001\",\"streamCursor\":\"7\",\"upToDate\":true}\n\n"
        );
    }

    #[test]
    fn each_encoding_is_sent_in_its_way() {
        let json = [Data::json("{\"a\":1}").unwrap(), Data::json("2").unwrap()];
        assert!(
            sent(Encoding::Json, &json, true)
                .starts_with("event: data\ndata:[{\"a\":1},2]\n\nevent: control\n")
        );
        assert!(sent(Encoding::Json, &[], true).ends_with("\"upToDate\":true,\"streamClosed\":true}\n\n"));
        let bytes = [Data::bytes(vec![0, 1]), Data::bytes(vec![2, 3])];
        assert!(sent(Encoding::Bytes, &bytes, false).starts_with("event: data\ndata:AAECAw==\n\n"));
        assert_eq!(body(Encoding::Bytes, &page(&bytes, false).records), &[0, 1, 2, 3][..]);
        assert_eq!(body(Encoding::Json, &[]), "[]");
        assert_eq!(items(Encoding::Json, &page(&json, false).records), ",{\"a\":1},2");
        assert_eq!(items(Encoding::Text, &page(&bytes, false).records), &[0, 1, 2, 3][..]);
        assert_eq!(Encoding::of("Application/JSON; charset=utf-8"), Encoding::Json);
        assert_eq!(Encoding::of("text/plain"), Encoding::Text);
    }
}
