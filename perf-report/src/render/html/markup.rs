//! Text of others as HTML that cannot be anything but text.

use crate::text::{sanitize, url};

/// Characters of a name that are shown; the whole is in its title.
const LONGEST: usize = 240;

/// Returns text for an element: invisible characters are visible, and nothing of it is markup.
pub(super) fn text(text: &str) -> String {
    escaped(&sanitize::screen(text))
}

/// Returns text for a value of an attribute, in double quotes.
pub(super) fn attribute(text: &str) -> String {
    escaped(&sanitize::screen(text))
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            c => safe.push(c),
        }
    }
    safe
}

/// Returns the text, or its beginning, with the whole in the title of an element around it.
pub(super) fn long(whole: &str) -> String {
    let shown = sanitize::screen(whole);
    if shown.chars().count() <= LONGEST {
        return text(whole);
    }
    let begin = sanitize::cut(shown.into_owned(), LONGEST);
    format!("<span title=\"{}\">{}</span>", attribute(whole), text(&begin))
}

/// Returns a link to the view of a function.
pub(super) fn function(name: &str) -> String {
    let shown = if name.is_empty() { "(no name)".to_owned() } else { long(name) };
    format!("<a class=\"name\" href=\"#view=function&amp;fn={}\">{shown}</a>", url::encoded(name))
}

/// Returns a list of texts, or nothing.
pub(super) fn list(class: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let mut html = format!("<ul class=\"{class}\">\n");
    for item in items {
        html.extend(["<li>", &text(item), "</li>\n"]);
    }
    html + "</ul>\n"
}

/// Returns a list of terms with their values, which are HTML already; without those that have none.
pub(super) fn terms(class: &str, pairs: &[(&str, String)]) -> String {
    let mut html = format!("<dl class=\"{class}\">\n");
    for (term, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        html.extend(["<div><dt>", &text(term), "</dt><dd>", value, "</dd></div>\n"]);
    }
    html + "</dl>\n"
}

/// The title of a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Title {
    text: &'static str,
    is_number: bool,
}

impl Title {
    /// Returns the title of a column of texts.
    pub(super) fn text(text: &'static str) -> Self {
        Self { text, is_number: false }
    }

    /// Returns the title of a column of figures, which stand at the right.
    pub(super) fn number(text: &'static str) -> Self {
        Self { text, is_number: true }
    }
}

/// Returns a table of cells that are HTML already. The first of each row is its head.
pub(super) fn table(
    caption: &str,
    titles: &[Title],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    // Where all columns but the first are figures, the table says so once.
    let all_numbers = titles.iter().skip(1).all(|title| title.is_number);
    let figures = if all_numbers { " class=\"figures\"" } else { "" };
    let mut html = format!(
        "<section class=\"scroll\" tabindex=\"0\" aria-label=\"{}\">\n<table{figures}>\n\
         <caption>{}</caption>\n<thead>\n<tr>",
        attribute(caption),
        text(caption)
    );
    for title in titles {
        let class = if title.is_number { " class=\"number\"" } else { "" };
        html.extend(["<th scope=\"col\"", class, ">", &text(title.text), "</th>"]);
    }
    html += "</tr>\n</thead>\n<tbody>\n";
    for row in rows {
        html += "<tr>";
        for (at, (title, cell)) in titles.iter().zip(&row).enumerate() {
            let (begin, end) =
                if at == 0 { ("<th scope=\"row\"", "</th>") } else { ("<td", "</td>") };
            let class = if title.is_number { " class=\"number\"" } else { "" };
            let class = if at == 0 || all_numbers { "" } else { class };
            html.extend([begin, class, ">", cell, end]);
        }
        html += "</tr>\n";
    }
    html + "</tbody>\n</table>\n</section>\n"
}

/// Returns the same table without the columns in which every row is empty.
pub(super) fn table_of_filled(caption: &str, titles: &[Title], rows: &[Vec<String>]) -> String {
    let is_filled = |at: &usize| {
        *at == 0 || rows.iter().any(|row| row.get(*at).is_some_and(|cell| !cell.is_empty()))
    };
    let filled: Vec<usize> = (0..titles.len()).filter(is_filled).collect();
    let titles: Vec<Title> = filled.iter().filter_map(|&at| titles.get(at).copied()).collect();
    let cells = |row: &Vec<String>| filled.iter().filter_map(|&at| row.get(at).cloned()).collect();
    table(caption, &titles, rows.iter().map(cells))
}
