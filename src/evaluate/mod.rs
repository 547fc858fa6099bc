//! The `evaluate` room.
