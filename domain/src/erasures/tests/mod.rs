//! That nothing of an erased client is left, anywhere: every row of every table is read as a superuser reads it.

mod goes;
mod rows;
mod rules;
