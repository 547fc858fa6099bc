//! The `feed` room.
