import LMTokenizer

/// Small valid files of each format.
enum SeedFiles {
  static let tokenizerJSON: [[UInt8]] = [
    #"""
    {"added_tokens": [{"id": 4, "content": "<e>", "special": true, "lstrip": false, "normalized": false}],
     "normalizer": null, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
     "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<e>", "type_id": 0}},
       {"Sequence": {"id": "A", "type_id": 0}}], "special_tokens": {"<e>": {"id": "<e>", "ids": [4], "tokens": ["<e>"]}}},
     "decoder": {"type": "ByteLevel"},
     "model": {"type": "BPE", "dropout": null, "unk_token": null, "fuse_unk": false, "byte_fallback": false,
      "vocab": {"a": 0, "b": 1, "ab": 2, "\u0120": 3}, "merges": [["a", "b"]]}}
    """#,
    #"""
    {"version": "1.0", "truncation": null, "padding": null,
     "added_tokens": [{"id": 6, "content": "<e>", "special": true, "single_word": true, "rstrip": true},
       {"id": 7, "content": "é<", "special": false, "normalized": true, "lstrip": true}],
     "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}]},
     "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "behavior": "Isolated", "invert": false,
       "pattern": {"Regex": "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
       {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]},
     "post_processor": {"type": "ByteLevel", "trim_offsets": false},
     "model": {"vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4, "\u0120": 5}, "unk_token": "a", "fuse_unk": true,
      "ignore_merges": true, "merges": ["a b", "ab c"]}}
    """#,
    #"""
    {"added_tokens": [{"id": 0, "content": "[UNK]", "special": true}], "normalizer": {"type": "BertNormalizer",
      "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
     "pre_tokenizer": {"type": "BertPreTokenizer"}, "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
     "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
      "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0, "a": 1, "##b": 2, "it": 3, "!": 4}}}
    """#,
    #"""
    {"normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"},
      {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "\u2581"}, {"type": "Strip", "strip_left": true,
      "strip_right": true}, {"type": "NFKC"}, {"type": "Lowercase"}]},
     "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true},
     "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"},
      {"type": "Strip", "content": " ", "start": 1, "stop": 0}, {"type": "Replace", "pattern": {"String": "x"}, "content": "y"}]},
     "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false,
      "vocab": [["<unk>", 0.0], ["\u2581", -2.0], ["a", -3.5], ["ab", -1e-3], ["\u2581it", -4]]}}
    """#,
  ].map { Array($0.utf8) }

  static let tokenizerConfig: [[UInt8]] = [
    #"{"bos_token": "<e>", "eos_token": {"content": "<e>", "lstrip": false}, "pad_token": null, "model_max_length": 1024}"#,
    #"{"add_bos_token": true, "unk_token": "<e>", "added_tokens_decoder": {"4": {"content": "<e>"}}, "chat_template": "{% for m in messages %}{{ m['content'] }}{% endfor %}"}"#,
  ].map { Array($0.utf8) }

  static let vocabularyText: [[UInt8]] = [
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##b\nit\n'\n!\n", "[UNK]\r\n1\r\n##2\r\n漢\r\n\r\n字",
  ].map { Array($0.utf8) }

  static let merges: [[UInt8]] = ["#version: 0.2\na b\nab b\n", "a b"].map { Array($0.utf8) }

  /// All bytes, then a few merges.
  static let tiktoken: [[UInt8]] = {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    func encoded(_ token: [UInt8]) -> String {
      let bits = token.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - token.count))
      return String((0..<4).map { $0 <= token.count ? digits[bits >> (18 - 6 * $0) & 63] : "=" })
    }
    let tokens = (0...255).map { [UInt8($0)] } + [[0x61, 0x62], [0x20, 0x61], [0x61, 0x62, 0x63]]
    return [Array(tokens.enumerated().map { "\(encoded($1)) \($0)\n" }.joined().utf8)]
  }()

  static let sentencePiece: [[UInt8]] = [
    message([
      piece("<unk>", 0, 2), piece("<s>", 0, 3), piece("</s>", 0, 3), piece("\u{2581}", -1.5, 1),
      piece("a", -2, 1),
      piece("\u{2581}a", -2.5, 1), piece("<0x41>", 0, 6), piece("user", 0, 4), piece("old", 0, 5),
      field(
        2,
        message([
          number(3, 2), number(24, 0), number(35, 1), number(40, 0), number(41, 1), number(42, 2),
          number(43, -1),
          field(44, Array(" \u{2047} ".utf8)), field(45, Array("<unk>".utf8)),
        ])),
      field(
        3,
        message([
          field(1, Array("nmt_nfkc".utf8)), field(2, [8, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0x61, 0]),
          number(3, 1),
          number(4, 0), number(5, 1),
        ])),
    ]),
    message([piece("<unk>", 0, 2), piece("x", -1, 1), field(5, message([number(3, 0)])), number(99, 7)]),
  ]

  static let gguf: [[UInt8]] = [
    Array("GGUF".utf8) + word(3, 4) + word(1, 8) + word(12, 8)
      + entry("general.alignment", 4, word(64, 4))
      + entry("tokenizer.ggml.model", 8, text("llama"))
      + entry("tokenizer.ggml.pre", 8, text("default"))
      + entry(
        "tokenizer.ggml.tokens", 9,
        word(8, 4) + word(4, 8) + ["<unk>", "<s>", "a", "\u{2581}a"].flatMap(text))
      + entry(
        "tokenizer.ggml.scores", 9,
        word(6, 4) + word(4, 8) + [0, 0, -1, -2.5].flatMap { word(UInt64(Float($0).bitPattern), 4) })
      + entry("tokenizer.ggml.token_type", 9, word(5, 4) + word(4, 8) + [2, 3, 1, 1].flatMap { word($0, 4) })
      + entry("tokenizer.ggml.merges", 9, word(8, 4) + word(1, 8) + text("\u{2581} a"))
      + entry("tokenizer.ggml.bos_token_id", 4, word(1, 4))
      + entry("tokenizer.ggml.add_bos_token", 7, [1])
      + entry("tokenizer.ggml.precompiled_charsmap", 9, word(0, 4) + word(3, 8) + [4, 0, 0])
      + entry("tokenizer.chat_template", 8, text("{{ messages[0]['content'] }}"))
      + entry("general.seed", 10, word(.max, 8))
      + text("token_embd.weight") + word(2, 4) + word(4, 8) + word(4, 8) + word(0, 4) + word(0, 8)
      + Array(repeating: 0, count: 192),
    Array("GGUF".utf8) + word(2, 4) + word(0, 8) + word(2, 8) + entry("a", 12, word(1, 8))
      + entry("b", 0, [7]),
  ]

  static let patterns: [[UInt8]] = [
    #"'s|'t|'re| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
    #"(?i:'s|'t|'ll)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}]++[\r\n]*|\s*[\r\n]+"#,
    #"[\p{Han}]+|[\p{Lu}\p{M}&&[^\p{Han}]]*[\p{Ll}]+|\d{1,3}(?=(?:\d{3})*\b)|(?<=ab)c"#,
  ].map { Array($0.utf8) }

  static let chatTemplates: [[UInt8]] = [
    """
    {{- bos_token }}{% for m in messages if m.content %}{{ '<|' ~ m['role'] ~ '|>' + m.content | trim }}
    {%- if loop.last and not loop.first %}{{ loop.index0 // 2 }}{% endif %}{% endfor %}
    """,
    """
    {% macro call(t, depth=2) %}{{ t.function | tojson(indent=2) }}{% if depth %}{{ call(t, depth - 1) }}{% endif %}
    {% endmacro %}{% set ns = namespace(n=0, s='') %}{% for t in tools or [] %}{% set ns.n = ns.n + 1 %}
    {{ call(t) }}{% endfor %}{{ ns.n * 'ab' }}{{ range(3) | list | map('string') | join(', ') }}{{ messages[::-1][0] }}
    """,
    "{% if add_generation_prompt is defined %}{{ raise_exception('x') if messages | length > 9 else 'a'.split('b') }}{% endif %}",
  ].map { Array($0.utf8) }

  static let texts: [[UInt8]] = [
    "It's 12,345.67 o'clock: HTMLParser don'T\r\n\r\n  \t x / y //\n",
    "漢字とかな、한국어. Ελληνικά кириллица עברית العربية हिन्दी ไทย 😀👩‍👩‍👧 e\u{301}\u{3000}\u{200B}\u{FEFF}",
    "<|endoftext|><|im_start|>user\n\u{0}\u{1}\u{7F}\u{85}\u{A0}ſ\u{212A}²Ⅳ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  ].map { Array($0.utf8) }

  // MARK: Writing binary formats

  private static func word(_ value: UInt64, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  private static func text(_ text: String) -> [UInt8] { word(UInt64(text.utf8.count), 8) + Array(text.utf8) }

  private static func entry(_ key: String, _ type: UInt64, _ value: [UInt8]) -> [UInt8] {
    text(key) + word(type, 4) + value
  }

  private static func message(_ fields: [[UInt8]]) -> [UInt8] { Array(fields.joined()) }

  private static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
  }

  private static func field(_ number: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(bytes.count)) + bytes
  }

  private static func number(_ field: UInt64, _ value: Int64) -> [UInt8] {
    varint(field << 3) + varint(UInt64(bitPattern: value))
  }

  private static func piece(_ text: String, _ score: Float, _ type: Int64) -> [UInt8] {
    field(
      1, field(1, Array(text.utf8)) + varint(2 << 3 | 5) + word(UInt64(score.bitPattern), 4) + number(3, type)
    )
  }
}
