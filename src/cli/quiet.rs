//! Work that says nothing of panics which become errors.

/// Does work whose panics are caught: a reader of Parquet may panic on damaged bytes, and the error that comes of it says all there
/// is to say.
pub(super) fn quietly<T>(work: impl FnOnce() -> T) -> T {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let done = work();
    std::panic::set_hook(hook);
    done
}
