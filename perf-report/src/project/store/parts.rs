//! The rows of packed runs, and the packing of runs that an older perf-report stored as text.

use rayon::prelude::*;
use rusqlite::{Connection, ErrorCode, Row, TransactionBehavior, params};

use super::packing::{Packed, Parts};
use super::schema;

/// Bytes of text that are packed in one transaction, at most, unless one run alone has more: others who store at
/// the moment wait for it, and a kill undoes no more than this.
const BATCH_BYTES: usize = 4 << 20;
/// Runs that are packed in one transaction, at most.
const BATCH_RUNS: i64 = 64;

/// Writes the parts of the run of this number.
pub(super) fn write(connection: &Connection, number: i64, packed: &Packed) -> rusqlite::Result<()> {
    let text = "INSERT OR REPLACE INTO main.parts (run, head, functions, histograms, tree)
                VALUES (?1, ?2, ?3, ?4, ?5)";
    let Packed { head, functions, histograms, tree } = packed;
    connection.prepare_cached(text)?.execute(params![number, head, functions, histograms, tree])?;
    Ok(())
}

/// Reads the columns `head` and `functions`, and behind them those of a whole run where `is_whole`. `None` where
/// there are none, as of a run that is not packed.
pub(super) fn read<'a>(
    row: &'a Row<'_>,
    first: usize,
    is_whole: bool,
) -> rusqlite::Result<Option<Parts<'a>>> {
    let blob =
        |at: usize| -> rusqlite::Result<_> { Ok(row.get_ref(first + at)?.as_blob_or_null()?) };
    let whole = |at: usize| if is_whole { blob(at) } else { Ok(None) };
    let Some(head) = blob(0)? else { return Ok(None) };
    let (functions, histograms, tree) = (blob(1)?, whole(2)?, whole(3)?);
    Ok(Some(Parts { head, functions, histograms, tree }))
}

/// Packs the runs that are still text, a few in a transaction, and gives the space back: whenever this is ended,
/// what is packed stays so, every run can be read, and the next who opens the store goes on. Where the store
/// cannot be written, or others are at it for too long, the runs stay as they are.
pub(super) fn pack_texts(connection: &mut Connection) -> rusqlite::Result<()> {
    match pack_all(connection) {
        Err(error) if is_left(&error) => Ok(()),
        result => result,
    }
}

fn is_left(error: &rusqlite::Error) -> bool {
    use ErrorCode as Code;
    let code = error.sqlite_error_code();
    let is_written = matches!(
        code,
        Some(Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied | Code::DiskFull)
    );
    is_written || matches!(code, Some(Code::DatabaseBusy | Code::DatabaseLocked))
}

fn pack_all(connection: &mut Connection) -> rusqlite::Result<()> {
    if !schema::has_texts(connection)? {
        return Ok(());
    }
    while pack_some(connection)? {}
    // Space for a copy may be lacking: then the next runs use what is free.
    match connection.execute_batch("VACUUM") {
        Err(error) if is_left(&error) => {}
        result => result?,
    }
    schema::forget_texts(connection)
}

/// Packs the next few runs; returns whether there were any.
fn pack_some(connection: &mut Connection) -> rusqlite::Result<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    if !schema::has_texts(&transaction)? {
        return Ok(false);
    }
    let texts = next(&transaction)?;
    let pack = |(number, text): &(i64, Vec<u8>)| Ok((*number, Packed::of_text(text)?));
    let packed: std::io::Result<Vec<_>> = texts.par_iter().map(pack).collect();
    let packed = packed.map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let empty = "UPDATE main.runs SET document = '' WHERE number = ?1";
    for (number, packed) in &packed {
        write(&transaction, *number, packed)?;
        transaction.prepare_cached(empty)?.execute([number])?;
    }
    if let Some((last, _)) = packed.last() {
        transaction.execute("UPDATE main.texts SET next = ?1 + 1", [last])?;
    }
    transaction.commit()?;
    Ok(!packed.is_empty())
}

/// Returns the next runs that are still text, with their numbers.
fn next(connection: &Connection) -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
    let text = "SELECT number, document FROM main.runs
                WHERE number >= (SELECT next FROM main.texts) ORDER BY number LIMIT ?1";
    let mut statement = connection.prepare_cached(text)?;
    let mut rows = statement.query([BATCH_RUNS])?;
    let (mut texts, mut bytes) = (Vec::new(), 0);
    while bytes < BATCH_BYTES
        && let Some(row) = rows.next()?
    {
        let document = row.get_ref(1)?.as_bytes()?;
        // What was stored meanwhile is packed.
        if !document.is_empty() {
            bytes += document.len();
            texts.push((row.get(0)?, document.to_vec()));
        }
    }
    Ok(texts)
}
