use crate::{Error, Result, money::Currency};

/// The currency that a row keeps by its code.
pub(crate) fn read_currency(code: &str) -> Result<Currency> {
    code.parse().map_err(|_| Error::Broken(format!("the unknown currency {code}")))
}
