//! What a page can learn of the model it runs.

use crate::bundle::{Model, RelationNote};
use serde::Serialize;

/// What is loaded.
#[derive(Serialize)]
pub(super) struct Info {
    model: String,
    generator: String,
    currency: String,
    items: u32,
    bytes: u32,
    sections: Vec<Part>,
    relations: Vec<Note>,
}

#[derive(Serialize)]
struct Part {
    name: &'static str,
    bytes: u32,
}

#[derive(Serialize)]
struct Note {
    kind: &'static str,
    model: String,
    verdict: &'static str,
    loaded: bool,
}

impl Info {
    pub fn of<D: AsRef<[u8]>>(model: &Model<D>) -> Self {
        let base = model.base();
        let manifest = base.manifest();
        let sections = model.parts().flat_map(|part| &part.head().sections).map(|section| Part {
            name: section.kind().map_or("unknown", |kind| kind.name()),
            bytes: section.range.len() as u32,
        });
        let notes = manifest.iter().flat_map(|manifest| &manifest.relations);
        Self {
            model: base.head().model.to_string(),
            generator: manifest.map(|manifest| manifest.generator.clone()).unwrap_or_default(),
            currency: manifest.map(|manifest| manifest.currency.clone()).unwrap_or_default(),
            items: base.len() as u32,
            bytes: model.parts().map(|part| part.bytes().len() as u32).sum(),
            sections: sections.collect(),
            relations: notes.map(|note| Note::of(note, model.relation(note.kind).is_some())).collect(),
        }
    }
}

impl Note {
    fn of(note: &RelationNote, loaded: bool) -> Self {
        Self { kind: note.kind.name(), model: note.model.clone(), verdict: note.verdict.name(), loaded }
    }
}
