//! The `rank` room.
