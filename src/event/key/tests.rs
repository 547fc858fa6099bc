use super::*;
use std::fs;

/// `tests/fixtures/event/unit_keys.json`: vectors of RFC 4231 and of our own, made with Python's `hmac` and with OpenSSL.
#[test]
fn units_are_hashed_as_other_programs_hash_them() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/event/unit_keys.json");
    let vectors: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let vectors = vectors.as_array().unwrap();
    assert!(vectors.len() >= 6);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let key = Key::new(&decode(text("key").as_bytes()).unwrap()).unwrap();
        assert_eq!(key.of(text("unit")).to_string(), text("unit_key"), "{vector}");
        assert_eq!(UnitKey::parse(text("unit_key")), Some(key.of(text("unit"))));
    }
}

#[test]
fn a_key_is_read_as_digits_and_as_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("unit.key");
    let bytes: Vec<u8> = (0..32).collect();
    let digits = hex(&bytes);
    for written in [bytes.clone(), digits.clone().into_bytes(), format!(" {}\r\n", digits.to_uppercase()).into_bytes()]
    {
        fs::write(&path, written).unwrap();
        assert_eq!(Key::read(&path).unwrap().to_hex(), digits);
    }
}

#[test]
fn what_is_no_key_is_refused_without_being_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("unit.key");
    for (written, found) in [
        (b"".to_vec(), "found nothing;"),
        (vec![b'a'; 62], "found 31;"),
        (vec![b'a'; 65], "found an odd number of hexadecimal digits;"),
        (vec![0xff; 31], "found 31;"),
        (vec![0xff; 1025], "found more than 1024;"),
        (b"correct horse battery staple, correct horse battery staple".to_vec(), "found text that is not hexadecimal;"),
    ] {
        fs::write(&path, &written).unwrap();
        let error = Key::read(&path).unwrap_err().to_string();
        assert!(error.contains(found) && !error.contains("horse"), "{error}");
    }
    assert!(Key::read(&folder.path().join("none")).unwrap_err().to_string().contains("cannot be read"));
}

#[test]
fn a_new_key_is_like_no_other_and_says_nothing_of_itself() {
    let (one, two) = (Key::generate().unwrap(), Key::generate().unwrap());
    assert_ne!(one.to_hex(), two.to_hex());
    assert_eq!((one.to_hex().len(), format!("{one:?}")), (64, "Key(…)".to_owned()));
    assert_ne!(one.of("a"), two.of("a"));
}

#[test]
fn only_32_lower_case_digits_are_a_hash() {
    for text in [
        "",
        "0123",
        "00112233445566778899AABBCCDDEEFF",
        "+0112233445566778899aabbccddeeff",
        "00112233445566778899aabbccddeefg",
    ] {
        assert_eq!(UnitKey::parse(text), None, "{text}");
    }
    let key = Key::new(&[7; 32]).unwrap();
    assert_eq!(key.hide(Who::Unit("a".into())), Who::Key(key.of("a")));
    assert_eq!(key.hide(Who::Key(UnitKey([1; 16]))), Who::Key(UnitKey([1; 16])));
}
