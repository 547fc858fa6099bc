//! What a page can learn of the model it runs.

use super::FIELD;
use crate::bundle::Audience;
use crate::placement::Recommender;

/// Fields joined by U+001F, in lines: first model, generator, currency, items, bytes, audience, revision and second of the
/// overlay that holds, the last two empty where there is none. Then a line a section (`s`, name, bytes) and a relation (`r`,
/// kind, model, verdict, `1` where it is loaded).
pub(super) fn text(recommender: &Recommender<Vec<u8>>) -> String {
    let model = recommender.model();
    let base = model.base();
    let manifest = base.manifest();
    let overlay = recommender.live().overlay();
    let held: usize = model.parts().map(|part| part.bytes().len()).sum();
    let mut out = String::new();
    put(&mut out, &base.head().model.to_string());
    put(&mut out, manifest.map_or("", |manifest| &manifest.generator));
    put(&mut out, manifest.map_or("", |manifest| &manifest.currency));
    put(&mut out, &base.len().to_string());
    put(&mut out, &held.to_string());
    put(&mut out, if base.audience() == Audience::Edge { "edge" } else { "public" });
    put(&mut out, &overlay.map(|overlay| overlay.revision.to_string()).unwrap_or_default());
    put(&mut out, &overlay.and_then(|overlay| overlay.made_at).map(|made_at| made_at.to_string()).unwrap_or_default());
    for section in model.parts().flat_map(|part| &part.head().sections) {
        out.push('\n');
        put(&mut out, "s");
        put(&mut out, section.kind().map_or("unknown", |kind| kind.name()));
        put(&mut out, &section.range.len().to_string());
    }
    for note in manifest.iter().flat_map(|manifest| &manifest.relations) {
        out.push('\n');
        put(&mut out, "r");
        put(&mut out, note.kind.name());
        put(&mut out, &note.model);
        put(&mut out, note.verdict.name());
        put(&mut out, if model.relation(note.kind).is_some() { "1" } else { "" });
    }
    out
}

fn put(out: &mut String, field: &str) {
    out.push_str(field);
    out.push(FIELD);
}
