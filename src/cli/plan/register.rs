//! Plans written into endcap.toml, which keeps its comments and its order.

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::config;
use crate::experiment::{Planned, Registration};
use std::path::Path;
use toml_edit::{DocumentMut, Table, value};

/// Writes `cap` and `plan` of these experiments into the file's text, and the text into the file.
pub(super) fn write(path: &Path, text: &str, accepted: &[Planned]) -> Result<(), Failure> {
    let whole = registered(text, accepted).map_err(|error| Failure::data(format!("{}: {error}", path.display())))?;
    // What is written must be what will be recognised.
    let config = config::parse(&whole, &path.display().to_string()).map_err(Failure::data)?;
    let kept = |planned: &Planned| {
        let found = config.experiments.iter().find(|found| found.experiment.name == planned.experiment.name);
        found.is_some_and(|found| found.registration() == Registration::Kept)
    };
    if let Some(lost) = accepted.iter().find(|planned| !kept(planned)) {
        return Err(Failure::machine(format!(
            "{}: the plan of {} reads otherwise",
            path.display(),
            lost.experiment.name
        )));
    }
    output::write_file(path, whole.as_bytes())?;
    let names: Vec<&str> = accepted.iter().map(|planned| planned.experiment.name.as_str()).collect();
    eprintln!("wrote {}: the plans of {}", path.display(), names.join(", "));
    Ok(())
}

fn registered(text: &str, accepted: &[Planned]) -> Result<String, toml_edit::TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let tables = document.get_mut("experiment").and_then(|item| item.as_array_of_tables_mut());
    for table in tables.into_iter().flat_map(|tables| tables.iter_mut()) {
        let named = |planned: &&Planned| {
            table.get("name").and_then(|name| name.as_str()) == Some(planned.experiment.name.as_str())
        };
        if let Some(planned) = accepted.iter().find(named) {
            register(table, planned);
        }
    }
    Ok(document.to_string())
}

fn register(table: &mut Table, planned: &Planned) {
    if let Some(cap) = planned.plan.cap.and_then(|cap| cap.to_string().parse::<f64>().ok()) {
        table.insert("cap", value(cap));
    }
    table.insert("plan", value(planned.hash().to_string()));
}
