/// Names and values of a form.
pub type Fields = Vec<(String, String)>;

/// What a form sends.
#[derive(Clone, Debug)]
pub enum FormBody {
    Form(Fields),
    /// With a file of this name and content.
    Files(Fields, String, Vec<u8>),
    /// As JSON that is made of them. It carries no form's token: where it comes from says whose it is.
    Json(Fields, fn(&Fields) -> serde_json::Value),
}

impl FormBody {
    /// The type and the bytes, with the form's token first.
    pub fn encoded(&self, token: &str) -> (String, Vec<u8>) {
        match self {
            Self::Form(fields) => {
                let mut all = vec![("form_token".to_owned(), token.to_owned())];
                all.extend_from_slice(fields);
                let text = encode(&all);
                ("application/x-www-form-urlencoded".to_owned(), text.into_bytes())
            }
            Self::Json(fields, make) => {
                ("application/json".to_owned(), make(fields).to_string().into_bytes())
            }
            Self::Files(fields, name, content) => {
                let mut bytes = part("form_token", token);
                for (field, value) in fields {
                    bytes.extend(part(field, value));
                }
                let head =
                    format!("--cut\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"");
                bytes.extend(format!("{head}\r\nContent-Type: text/plain\r\n\r\n").into_bytes());
                bytes.extend_from_slice(content);
                bytes.extend(b"\r\n--cut--\r\n");
                ("multipart/form-data; boundary=cut".to_owned(), bytes)
            }
        }
    }

    pub fn fields(&self) -> &Fields {
        match self {
            Self::Form(fields) | Self::Files(fields, ..) | Self::Json(fields, _) => fields,
        }
    }

    /// The same with other fields.
    pub fn with(&self, fields: Fields) -> Self {
        match self {
            Self::Form(_) => Self::Form(fields),
            Self::Files(_, name, content) => Self::Files(fields, name.clone(), content.clone()),
            Self::Json(_, make) => Self::Json(fields, *make),
        }
    }
}

/// The field of that name.
pub fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

fn part(name: &str, value: &str) -> Vec<u8> {
    format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes()
}

fn encode(fields: &Fields) -> String {
    let mut url = url::form_urlencoded::Serializer::new(String::new());
    url.extend_pairs(fields);
    url.finish()
}
