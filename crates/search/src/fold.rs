//! Text without what a string search ignores (<http://hl7.org/fhir/R4/search.html#string>): case, accents,
//! punctuation and runs of white space.

use unicode_normalization::UnicodeNormalization;

/// The text as it is compared: `"  O'Brien-MÜLLER,  Zoë"` is `obrien muller zoe`.
///
/// Hyphens and slashes separate words as spaces do; other punctuation vanishes. Text that is nothing but
/// punctuation keeps it, so that it can be found at all.
pub fn fold(text: &str) -> String {
    fold_to(text, usize::MAX)
}

/// The first `limit` bytes of the folded text, cut between characters. No more of `text` is read than that takes.
pub(crate) fn fold_to(text: &str, limit: usize) -> String {
    let folded = fold_with(text, limit, punctuation);
    if folded.is_empty() { fold_with(text, limit, |_| Punctuation::None) } else { folded }
}

/// What becomes of a character that is punctuation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Punctuation {
    None,
    Separates,
    Vanishes,
}

fn fold_with(text: &str, limit: usize, punctuation: fn(char) -> Punctuation) -> String {
    let folded = String::with_capacity(text.len().min(limit));
    let mut folding = Folding { folded, limit, after_blank: false, punctuation };
    if text.is_ascii() {
        text.bytes().take_while(|byte| folding.push(char::from(byte.to_ascii_lowercase()))).count();
        return folding.folded;
    }
    // Letters are decomposed before their case is folded: İ is an I with a dot above, and the dot goes.
    'text: for letter in text.nfkd().filter(|character| !is_accent(*character)) {
        for lower in letter.to_lowercase() {
            let more = match plain(lower) {
                Some(letters) => letters.chars().all(|letter| folding.push(letter)),
                None => folding.push(lower),
            };
            if !more {
                break 'text;
            }
        }
    }
    folding.folded
}

struct Folding {
    folded: String,
    limit: usize,
    after_blank: bool,
    punctuation: fn(char) -> Punctuation,
}

impl Folding {
    /// Appends a folded character; false when the limit is reached.
    fn push(&mut self, character: char) -> bool {
        let punctuation = (self.punctuation)(character);
        // Control characters are no text: a name of nothing else cannot be asked for.
        if punctuation == Punctuation::Vanishes || (character.is_control() && !character.is_whitespace()) {
            return true;
        }
        if character.is_whitespace() || punctuation == Punctuation::Separates {
            self.after_blank = true;
            return true;
        }
        let blank = self.after_blank && !self.folded.is_empty();
        if self.folded.len() + usize::from(blank) + character.len_utf8() > self.limit {
            return false;
        }
        if blank {
            self.folded.push(' ');
        }
        self.after_blank = false;
        self.folded.push(character);
        true
    }
}

fn punctuation(character: char) -> Punctuation {
    match character {
        '-' | '/' | '_' | '\u{2010}'..='\u{2015}' => Punctuation::Separates,
        '!' | '"' | '#' | '%' | '&' | '\'' | '(' | ')' | '*' | ',' | '.' | ':' | ';' | '?' | '@' | '['
        | '\\' | ']' | '`' | '{' | '}' => Punctuation::Vanishes,
        '¡' | '§' | '«' | '´' | '¶' | '·' | '»' | '¿' | '\u{2016}'..='\u{2027}' | '\u{2030}'..='\u{205e}' => {
            Punctuation::Vanishes
        }
        // Modifier letters that stand for an apostrophe: Hawaiʻi.
        '\u{2b9}'..='\u{2bf}' | '\u{2c8}' => Punctuation::Vanishes,
        _ => Punctuation::None,
    }
}

/// Marks that do not change the letter they stand on: accents, Hebrew points, Arabic vowel signs. Marks that
/// make another syllable (in Devanagari, in kana) stay.
fn is_accent(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36f}'
            | '\u{591}'..='\u{5bd}'
            | '\u{64b}'..='\u{65f}'
            | '\u{670}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{fe20}'..='\u{fe2f}'
    )
}

/// Latin letters whose stroke or ligature Unicode does not decompose.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        'ς' => "σ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_punctuation_and_blanks_do_not_count() {
        for (text, folded) in [
            ("", ""),
            ("  Du  Marché\t", "du marche"),
            ("O'Brien", "obrien"),
            ("O’Brien", "obrien"),
            ("Smith-Jones", "smith jones"),
            ("St. Mary's, Ward 3/4", "st marys ward 3 4"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("İstanbul", "istanbul"),
            ("Łódź Ørsted Æsir", "lodz orsted aesir"),
            ("ΟΔΥΣΣΕΎΣ", "οδυσσευσ"),
            ("Zoe\u{308}", "zoe"),
            ("Zoë", "zoe"),
            ("ﬁ１", "fi1"),
            ("が", "か\u{3099}"),
            ("???", "???"),
            ("- -", "- -"),
            ("a@b.c", "abc"),
        ] {
            assert_eq!(fold(text), folded, "{text:?}");
        }
    }

    #[test]
    fn folding_stops_at_the_limit_between_characters() {
        assert_eq!(fold_to("ab cd", 4), "ab c");
        assert_eq!(fold_to("ab cd", 3), "ab", "a blank does not end the text");
        assert_eq!(fold_to("ΑΒΓ", 5), "αβ");
    }
}
