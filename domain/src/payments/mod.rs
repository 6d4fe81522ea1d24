//! Payments: how money comes in for invoices and goes back. Cards are charged by a payment provider, bank transfers are noted by the
//! operator; what an invoice is and when it is due belongs to [`crate::billing`].

pub mod provider;
