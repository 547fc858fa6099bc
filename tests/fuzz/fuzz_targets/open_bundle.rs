//! Any bytes as a bundle: refused with an error or read without harm, as they are and with every hash made good.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    endcap_fuzz::exercise(bytes);
    endcap_fuzz::exercise(&endcap_fuzz::with_hashes(bytes.to_vec()));
});
