//! A sound bundle of six items with bytes changed and the hashes made good, so that the reader must hold. The input is a
//! list of changes: two bytes for the place, one for the new value.
#![no_main]

use std::sync::LazyLock;

static SOUND: LazyLock<Vec<u8>> = LazyLock::new(endcap_fuzz::sound_bundle);

libfuzzer_sys::fuzz_target!(|changes: &[u8]| {
    let mut bytes = SOUND.clone();
    for change in changes.chunks_exact(3) {
        let place = usize::from(u16::from_le_bytes([change[0], change[1]])) % bytes.len();
        bytes[place] = change[2];
    }
    endcap_fuzz::exercise(&endcap_fuzz::with_hashes(bytes));
});
