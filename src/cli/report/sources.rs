//! The files of a report, read one after the other.

use super::{ReportArgs, fired};
use crate::cli::failure::Failure;
use crate::cli::progress::Talk;
use crate::cli::quiet::quietly;
use crate::cli::{bundle_file, output};
use crate::config::Config;
use crate::event::key::Key;
use crate::feed;
use crate::report::inputs::{self, InputError, Options, Read, read_events, read_orders};
use crate::report::told::{FileTold, Report};
use crate::report::{Beside, Intake, ReadFaults, Reporter, Sources};
use crate::shop::Timestamp;
use std::path::{Path, PathBuf};

/// Reads everything and makes the report.
pub(super) fn report(
    args: &ReportArgs,
    reporter: &Reporter,
    key: Option<&Key>,
    config: &Config,
    talk: &Talk,
) -> Result<Report, Failure> {
    let mut reading = Reading { args, key, config, talk, sources: Sources::default(), carts: fired::Carts::new() };
    let mut intake = reporter.intake(key);
    for path in &args.catalog {
        reading.catalog(path, &mut intake)?;
    }
    for path in inputs::files(&args.orders)? {
        reading.orders(&path, &mut intake)?;
    }
    for path in inputs::files(&args.events)? {
        reading.events(&path, &mut intake)?;
    }
    let Reading { mut sources, carts, .. } = reading;
    sources.beside = Beside {
        rules: args.bundle.as_deref().map(|path| fired::rules(path, &carts, args.now, talk)).transpose()?,
        overrides: overrides(&args.overlays)?,
    };
    reporter.report(intake, sources).map_err(Failure::machine)
}

/// Files on their way into a report.
struct Reading<'a> {
    args: &'a ReportArgs,
    key: Option<&'a Key>,
    config: &'a Config,
    talk: &'a Talk,
    sources: Sources,
    /// Carts that rules are asked about.
    carts: fired::Carts,
}

impl Reading<'_> {
    fn catalog(&mut self, path: &Path, intake: &mut Intake<'_>) -> Result<(), Failure> {
        let options =
            feed::Options { currency: self.config.currency, max_bad_rows: self.args.max_bad_rows, progress: None };
        let summary = feed::read_catalog(path, &options, &mut |product| intake.product(&product))?;
        self.talk.file_read(&summary);
        self.sources.files.push(FileTold {
            path: summary.file.clone(),
            kind: "catalog",
            rows: summary.rows_read,
            kept: summary.rows_kept,
            refused: summary.bad_rows(),
        });
        Ok(())
    }

    fn orders(&mut self, path: &Path, intake: &mut Intake<'_>) -> Result<(), Failure> {
        let mut spilt = Ok(());
        let with_carts = self.args.bundle.is_some();
        intake.next_file();
        let mut carts = std::mem::replace(&mut self.carts, fired::Carts::new());
        let read = self.file(path, |options| {
            read_orders(path, options, &mut |line| {
                if with_carts {
                    carts.take(&line);
                }
                if spilt.is_ok() {
                    spilt = intake.line(&line);
                }
            })
        })?;
        self.carts = carts;
        spilt.map_err(Failure::machine)?;
        self.took(read, "orders");
        Ok(())
    }

    fn events(&mut self, path: &Path, intake: &mut Intake<'_>) -> Result<(), Failure> {
        let mut spilt = Ok(());
        let read = self.file(path, |options| {
            read_events(path, options, &mut |event| {
                if spilt.is_ok() {
                    spilt = intake.event(&event);
                }
            })
        })?;
        spilt.map_err(Failure::machine)?;
        self.took(read, "events");
        Ok(())
    }

    fn file(&self, path: &Path, read: impl FnOnce(&Options<'_>) -> Result<Read, InputError>) -> Result<Read, Failure> {
        let bar = self.talk.reading(path);
        let position = |bytes| bar.set_position(bytes);
        let options = Options {
            currency: self.config.currency,
            key: self.key,
            max_bad_rows: self.args.max_bad_rows,
            progress: Some(&position),
        };
        let read = quietly(|| read(&options));
        bar.finish_and_clear();
        Ok(read?)
    }

    /// Says what became of a file, and remembers it.
    fn took(&mut self, read: Read, kind: &'static str) {
        let Read { rows, kept, refused, other_currency, with_zone, without_zone, unreadable_attributes, .. } = read;
        eprintln!("{}: {} rows of {kind}, {} kept", read.file, output::grouped(rows), output::grouped(kept));
        read.issues.iter().take(5).for_each(|issue| eprintln!("  {issue}"));
        let all = &mut self.sources.faults;
        *all = ReadFaults {
            refused: all.refused + refused,
            rows: all.rows + rows,
            other_currency: all.other_currency + other_currency,
            with_zone: all.with_zone + with_zone,
            without_zone: all.without_zone + without_zone,
            unreadable_attributes: all.unreadable_attributes + unreadable_attributes,
        };
        self.sources.files.push(FileTold { path: read.file, kind, rows, kept, refused });
    }
}

/// When the overlays were made; those that do not say count nowhere.
fn overrides(paths: &[PathBuf]) -> Result<Option<Vec<Timestamp>>, Failure> {
    if paths.is_empty() {
        return Ok(None);
    }
    let mut moments = Vec::new();
    for path in paths {
        match bundle_file::overlay_made_at(path)? {
            Some(at) => moments.push(Timestamp(at)),
            None => eprintln!("{}: does not say when it was made; `endcap patch --now` writes it", path.display()),
        }
    }
    Ok(Some(moments))
}
