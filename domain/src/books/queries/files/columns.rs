use crate::books::BookFile;

/// The names of a file's columns.
pub(super) fn columns(file: BookFile) -> &'static [&'static str] {
    match file {
        BookFile::Invoices => &[
            "kind",
            "number",
            "client",
            "issued",
            "due",
            "paid",
            "state",
            "currency",
            "net",
            "tax",
            "total",
            "rates",
            "treatment",
            "credits_invoice",
        ],
        BookFile::Payments => &[
            "received",
            "client",
            "invoice",
            "method",
            "card",
            "reference",
            "currency",
            "amount",
            "for_invoice",
            "fee",
            "withdrawn",
        ],
        BookFile::Refunds => {
            &["asked", "ended", "client", "invoice", "state", "currency", "amount", "reason", "reference"]
        }
        BookFile::Fees => {
            &["received", "client", "invoice", "reference", "currency", "amount", "fee", "left"]
        }
        BookFile::Xero => &[
            "*ContactName",
            "*InvoiceNumber",
            "Reference",
            "*InvoiceDate",
            "*DueDate",
            "*Description",
            "*Quantity",
            "*UnitAmount",
            "*AccountCode",
            "*TaxType",
            "TaxAmount",
            "Currency",
        ],
    }
}
