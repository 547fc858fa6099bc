//! Texts as rules compare them: without regard to case, and literally.

/// A text without case and outer spaces.
pub(super) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The words of a text, without case: what stands between characters that are neither letters nor digits.
pub(super) fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The levels of a category, without case; empty ones do not count.
pub(super) fn levels(path: &str) -> Vec<String> {
    path.split('>').map(folded).filter(|level| !level.is_empty()).collect()
}

/// Whether `run` is found in `path` without a gap; an empty run is not.
pub(super) fn holds_run(path: &[String], run: &[String]) -> bool {
    !run.is_empty() && path.windows(run.len()).any(|window| window == run)
}

/// Whether the category `path` of a product is `category` or below it: the levels of `category`, joined by ` > ` where
/// there are several, are found in `path` one after the other. `Gift cards` holds for `Home > Gift cards > E-cards`.
pub fn in_category(path: &str, category: &str) -> bool {
    holds_run(&levels(path), &levels(category))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_is_found_at_any_depth_but_not_in_pieces() {
        let path = "Home > Gift cards > E-cards";
        assert!(in_category(path, "gift CARDS ") && in_category(path, "Home > Gift cards") && in_category(path, path));
        assert!(!in_category(path, "Home > E-cards") && !in_category(path, "cards") && !in_category(path, " > "));
        assert!(!in_category("", "Home"));
    }

    #[test]
    fn words_are_letters_and_digits() {
        assert_eq!(words("Über-Tee, 2×50g"), ["über", "tee", "2", "50g"]);
        assert!(words("--- ").is_empty());
    }
}
