//! What the work costs: what backends report that runs have used, what that is in money, the limits that it must not
//! pass, and what is left of what clients pay. All of it is the operators' alone.
//!
//! Costs are in millionths of a US dollar, the currency in which models are sold; a cent is too coarse for one step.

pub mod commands;
pub mod gate;
mod micros;
mod model;
pub mod queries;

pub use gate::Gate;
pub use micros::Micros;
pub use model::{
    CostLine, CostReport, LimitHit, MonthCost, Price, PriceForm, PriceTable, RunCost, Subject, UsageReport,
};
