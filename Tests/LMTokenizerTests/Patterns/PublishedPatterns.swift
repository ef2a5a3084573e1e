/// Splitting patterns of published tokenizers, as their files spell them.
///
/// Where a tokenizer splits several times in a row, each pattern stands for itself.
enum PublishedPatterns {
  private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
  private static let tail = #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let upper = #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
  private static let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
  private static let han = #"&&[^\p{Han}]"#

  static let all: [(name: String, pattern: String)] = [
    ("gpt2", #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#),
    ("r50k", #"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"#),
    (
      "cl100k",
      #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#
    ),
    (
      "llama3",
      contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"# + tail
    ),
    ("qwen2", contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"# + tail),
    (
      "qwen3.5",
      contractions + #"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"# + tail
    ),
    (
      "o200k",
      upper + "*" + lower + "+" + contractions + "?|" + upper + "+" + lower + "*" + contractions
        + #"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*"# + tail
    ),
    (
      "tekken",
      upper + "*" + lower + "+|" + upper + "+" + lower + #"*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*"# + tail
    ),
    (
      "llama.cpp-o200k",
      #"[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))*((?=[\p{L}])([^A-Z]))+|[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))+((?=[\p{L}])([^A-Z]))*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*"#
        + tail
    ),
    (
      "kimi-k2",
      #"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}"# + han + "]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}"
        + han
        + "]+" + contractions + #"?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}"# + han
        + "]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}" + han + "]*" + contractions
        + #"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"# + tail
    ),
    ("deepseek-newline", "[\r\n]"),
    (
      "deepseek-latin",
      "\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-\u{1F7D}ᾀ-ᾴᾶ-ᾼ\u{1FBE}ῂ-ῄῆ-ῌῐ-\u{1FD3}ῖ-\u{1FDB}ῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u{2126}ℨ\u{212A}-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+"
    ),
    ("deepseek-punctuation", "\\s?[!-/:-~！-／：-～‘-‟　-。]+"),
    ("deepseek-trailing", #"\s+$"#),
    ("deepseek-cjk", "[一-龥ࠀ-一가-퟿]+"),
    ("deepseek-coder-letters", #"\s?\p{L}+"#),
    ("deepseek-coder-punctuation", #"\s?\p{P}+"#),
    ("deepseek-v3-cjk", "[一-龥぀-ゟ゠-ヿ]+"),
    (
      "deepseek-v3",
      ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"##
    ),
    ("digits", #"\p{N}{1,3}"#),
    ("digit", #"\p{N}"#),
    ("digit-runs", #"\p{N}+"#),
    ("youtu", "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+"),
    ("falcon-punctuation", #"[\p{P}\$\+<=>\^~\|`]+"#),
    ("falcon-digits", "[0-9][0-9][0-9]"),
    ("starcoder", #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"#),
    ("bloom", " ?[^(\\s|[.,!?…。，、।۔،])]+"),
    ("bloom-llama.cpp", " ?[^(\\s|.,!?…。，、।۔،)]+"),
    (
      "jais2",
      #"\p{N}{1,3}|\s*[\r\n]+|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1}"#
    ),
    ("tiny-aya", #"\d{1,3}(?=(?:\d{3})*\b)"#),
    ("superbpe", #"(?=(\d{3})+(?!\d))"#),
    (
      "bailing",
      #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#
    ),
    (
      "seed-coder",
      contractions
        + "|[^\r\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\r\n]+|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"
    ),
    (
      "exaone-moe",
      contractions
        + #"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"#
    ),
    ("afmoe-cjk", "[一-鿿㐀-䶿\u{F900}-﫿぀-ゟ゠-ヿ･-ﾟ⼀-⿟เ-๿຀-໿ក-៿က-႟ꩠ-ꩿꧠ-꧿가-힯ᄀ-ᇿ]+"),
    ("chameleon-sentinel", "<sentinel:[0-9]+>"),
    ("chameleon-image", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z"),
    ("chameleon-space", "([\\t\\n]|    |  )"),
    ("chameleon-punctuation", #"[\p{P}!-/:-@\[-`{-~]"#),
    ("laguna", #"[^\n]+|[\n]+"#),
    ("whitespace", #"\w+|[^\w\s]+"#),
    ("clip", #"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#),
    ("spaces", " +"),
    ("characters", "(?<=.)"),
  ]
}
