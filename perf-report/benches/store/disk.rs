//! The bytes that the runs take on disk, as they are once all are stored: merges may be still to come.

use perf_report::measured::questions;
use perf_report::project::store::Location;
use rusqlite::Connection;
use serde_json::Value;

use crate::made::Fleet;
use crate::table::Table;
use crate::{Engine, Result};

/// Notes the bytes of a function and of a document.
pub(crate) fn measure(engine: &Engine, fleet: &Fleet, table: &mut Table) -> Result<()> {
    let (functions, histograms, documents, all) = match &engine.location {
        Location::Sqlite(path) => of_file(path)?,
        location => of_server(location)?,
    };
    let runs = fleet.size.runs as f64;
    let rows = runs * fleet.size.functions as f64;
    // Of small parts the current engine does not tell columns apart.
    let of_which =
        if histograms > 0.0 { format!("{:.0}", histograms / rows) } else { "?".to_owned() };
    table.note(
        "bytes a function on disk (of which its histogram)",
        format!("{:.0} ({of_which})", (functions + histograms) / rows),
    );
    table.note("KiB a document on disk", format!("{:.1}", documents / runs / 1024.0));
    table.note("MiB on disk in all", format!("{:.0}", all / 1_048_576.0));
    Ok(())
}

/// Returns the bytes of functions, histograms, documents, and in all. In a file the document is made of the others.
fn of_file(path: &std::path::Path) -> Result<(f64, f64, f64, f64)> {
    let connection = Connection::open(path)?;
    let sum = |column: &str| -> Result<f64> {
        let query = format!("SELECT total(length({column})) FROM parts");
        Ok(connection.query_row(&query, [], |row| row.get(0))?)
    };
    let (functions, histograms) = (sum("functions")?, sum("histograms")?);
    let documents = functions + histograms + sum("head")? + sum("tree")?;
    Ok((functions, histograms, documents, std::fs::metadata(path)?.len() as f64))
}

fn of_server(location: &Location) -> Result<(f64, f64, f64, f64)> {
    let Location::ClickHouse(remote) = location else { return Err("it is no server".into()) };
    let ask = questions(remote)?;
    let database = &remote.database;
    let bytes = |of: &str, rest: &str| -> Result<f64> {
        let sql = format!("SELECT sum({of}) AS bytes FROM system.{rest}");
        let rows = ask(&sql)?;
        Ok(rows.first().and_then(|row| row.get("bytes")).and_then(Value::as_f64).unwrap_or(0.0))
    };
    let parts = |name: &str| {
        format!("parts WHERE active AND database = '{database}' AND table LIKE '{name}'")
    };
    let histograms = bytes(
        "column_data_compressed_bytes",
        &format!(
            "parts_columns WHERE active AND database = '{database}' AND table = 'functions' \
             AND column IN ('buckets', 'counts')"
        ),
    )?;
    let functions = bytes("bytes_on_disk", &parts("functions"))? - histograms;
    let documents = bytes("bytes_on_disk", &parts("documents"))?;
    Ok((functions, histograms, documents, bytes("bytes_on_disk", &parts("%"))?))
}
