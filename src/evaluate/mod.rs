//! Where training and ranking meet.

pub mod tune;
