//! Texts as rules compare them: without regard to case, and literally.

/// A text without case and outer spaces.
pub(super) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The words of a folded text: what stands between characters that are neither letters nor digits.
pub(super) fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The levels of a folded category; empty ones do not count.
pub(super) fn levels(folded: &str) -> impl Iterator<Item = &str> {
    folded.split('>').map(str::trim).filter(|level| !level.is_empty())
}

/// Whether `run` is found in `path` without a gap; an empty run is not.
pub(super) fn holds_run(path: &[&str], run: &[String]) -> bool {
    !run.is_empty()
        && path.windows(run.len()).any(|window| window.iter().zip(run).all(|(level, wanted)| level == wanted))
}

/// Whether the category `path` of a product is `category` or below it: the levels of `category`, joined by ` > ` where
/// there are several, are found in `path` one after the other. `Gift cards` holds for `Home > Gift cards > E-cards`.
pub fn in_category(path: &str, category: &str) -> bool {
    let (path, category) = (folded(path), folded(category));
    let run: Vec<String> = levels(&category).map(str::to_owned).collect();
    holds_run(&levels(&path).collect::<Vec<_>>(), &run)
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
        let text = folded(" Über-Tee, 2×50g");
        assert_eq!(words(&text).collect::<Vec<_>>(), ["über", "tee", "2", "50g"]);
        assert_eq!(words("--- ").count(), 0);
    }
}
