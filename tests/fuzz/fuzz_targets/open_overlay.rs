//! Any bytes as an overlay: refused with an error or read without harm, as they are and with the hash made good. A sound
//! overlay with bytes changed likewise.
#![no_main]

use std::sync::LazyLock;

static SOUND: LazyLock<Vec<u8>> = LazyLock::new(endcap_fuzz::sound_overlay);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    endcap_fuzz::exercise_overlay(bytes);
    endcap_fuzz::exercise_overlay(&endcap_fuzz::overlay_with_hash(bytes.to_vec()));
    let mut changed = SOUND.clone();
    for change in bytes.chunks_exact(3) {
        let place = usize::from(u16::from_le_bytes([change[0], change[1]])) % changed.len();
        changed[place] = change[2];
    }
    endcap_fuzz::exercise_overlay(&endcap_fuzz::overlay_with_hash(changed));
});
