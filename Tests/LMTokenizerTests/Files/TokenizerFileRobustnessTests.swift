import LMRuntime
import LMTokenizer
import Testing

@Suite struct TokenizerFileRobustnessTests {
  static let documents = [
    """
    {"added_tokens": [{"id": 3, "content": "<s>", "special": true, "lstrip": true, "rstrip": true},
       {"id": 9, "content": "wo", "special": false, "normalized": true, "single_word": true}],
     "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
       {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}, {"type": "NFKC"}, {"type": "Nmt"},
       {"type": "Strip", "strip_left": false, "strip_right": true}]},
     "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Metaspace", "replacement": "▁",
       "prepend_scheme": "first", "split": true}, {"type": "Digits", "individual_digits": true}]},
     "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
       {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "B", "type_id": 1}}],
       "special_tokens": {"<s>": {"id": "<s>", "ids": [3], "tokens": ["<s>"]}}},
     "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"},
       {"type": "Strip", "content": " ", "start": 1, "stop": 2}, {"type": "Metaspace", "replacement": "▁"}]},
     "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
       "end_of_word_suffix": "", "continuing_subword_prefix": "", "ignore_merges": false,
       "vocab": {"<unk>": 0, "▁": 1, "h": 2, "<s>": 3, "e": 4, "he": 5, "▁he": 6},
       "merges": [["h", "e"], "▁ he"]}}
    """,
    """
    {"added_tokens": [], "normalizer": {"type": "BertNormalizer", "clean_text": true, "lowercase": true,
       "handle_chinese_chars": true, "strip_accents": null},
     "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "BertPreTokenizer"},
       {"type": "Split", "pattern": {"String": "l"}, "behavior": "MergedWithNext", "invert": false},
       {"type": "Punctuation", "behavior": "Contiguous"}, {"type": "FixedLength", "length": 3},
       {"type": "CharDelimiterSplit", "delimiter": "x"}]},
     "post_processor": {"type": "BertProcessing", "sep": ["b", 2], "cls": ["a", 1]},
     "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
     "model": {"type": "WordPiece", "unk_token": "u", "continuing_subword_prefix": "##",
       "max_input_chars_per_word": 100, "vocab": {"u": 0, "a": 1, "b": 2, "##e": 3, "h": 4}}}
    """,
    """
    {"added_tokens": [{"id": 1, "content": "</s>", "special": true}],
     "normalizer": {"type": "Precompiled", "precompiled_charsmap": "BAAAAAAAAAA="},
     "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": true, "use_regex": true},
     "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 1], "cls": ["</s>", 1],
       "trim_offsets": true, "add_prefix_space": true},
     "decoder": {"type": "CTC", "pad_token": "a", "word_delimiter_token": "|", "cleanup": true},
     "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": true,
       "vocab": [["<unk>", 0.0], ["</s>", -1], ["h", -1.5], ["he", -2e0], ["<0x21>", -9]]}}
    """,
  ]
  private static let values: [JSON] = [
    nil, true, -1, 0, 7, 2_147_483_648, 1e300, "", "x", "BPE", "ByteLevel", "Sequence", [], [nil], [[]],
    [["x", 1]], .object(.init()), ["x": 1],
  ]

  /// Calls `body` with the document once for each of its values and each replacement of it.
  private func forEachMutation(of value: JSON, _ body: (JSON) -> Void) {
    for replacement in Self.values { body(replacement) }
    switch value {
    case .array(let elements):
      for index in elements.indices {
        forEachMutation(of: elements[index]) { changed in
          var copy = elements
          copy[index] = changed
          body(.array(copy))
        }
      }
    case .object(let object):
      for member in object.members {
        var without = object
        without[member.key] = nil
        body(.object(without))
        forEachMutation(of: member.value) { changed in
          var copy = object
          copy[member.key] = changed
          body(.object(copy))
        }
      }
    default: break
    }
  }

  @Test(arguments: documents)
  func `a document with any value exchanged is read or refused, and what is read works`(text: String) throws {
    let document = try JSON.parse(text, from: "t.json")
    let sample = " Hellö he wo<s> 12 漢!x"
    var accepted = 0
    var total = 0
    _ = try TokenizerFile.tokenizer(JSONField(document, in: "t.json"))
    forEachMutation(of: document) { changed in
      total += 1
      guard let tokenizer = try? TokenizerFile.tokenizer(JSONField(changed, in: "t.json")) else { return }
      accepted += 1
      do {
        let ids = try tokenizer.encode(sample, specials: .allowed)
        #expect(try tokenizer.encodeWithOffsets(sample, specials: .allowed).map(\.id) == ids)
        _ = try tokenizer.encode(sample, sample)
        let text = try tokenizer.decode(ids, skipSpecialTokens: false)
        var stream = StreamingDecoder(tokenizer)
        for id in ids { _ = try stream.append(id) }
        _ = stream.finish() + text
      } catch {
        Issue.record("\(error)")
      }
    }
    #expect(accepted > 50 && accepted < total)
  }
}
