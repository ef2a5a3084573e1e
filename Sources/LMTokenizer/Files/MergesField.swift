import LMRuntime

/// `model.merges`: lines `"a b"` or pairs `["a", "b"]`, first the merge that goes first.
enum MergesField {
  /// The merges as ids. `prefix` stands before the right half, and not in the result.
  static func read(
    _ field: JSONField, _ vocabulary: VocabularyField, isByteLevel: Bool, prefix: [UInt8] = []
  ) throws(LMError) -> [BPEModel.Merge] {
    let form = Form(isByteLevel: isByteLevel, prefix: prefix)
    guard case .array(let lines) = field.value else { throw field.unexpected("an array") }
    var merges: [BPEModel.Merge] = []
    merges.reserveCapacity(lines.count)
    var bytes: [UInt8] = []
    for (position, line) in lines.enumerated() {
      guard let merge = merge(line, vocabulary.tokens, form, &bytes) else {
        throw try failure(field, position, vocabulary)
      }
      merges.append(merge)
    }
    return merges
  }

  /// How halves are written.
  struct Form {
    let isByteLevel: Bool
    let prefix: [UInt8]
  }

  /// Nil where the line is malformed or names a token that the vocabulary does not have.
  private static func merge(
    _ line: JSON, _ vocabulary: Vocabulary, _ form: Form, _ bytes: inout [UInt8]
  ) -> BPEModel.Merge? {
    bytes.removeAll(keepingCapacity: true)
    let split: Int
    switch line {
    case .string(var text):
      let first = text.withUTF8 { text in
        text.firstIndex(of: 0x20).flatMap { space in
          appendBoth(
            UnsafeBufferPointer(rebasing: text[..<space]),
            UnsafeBufferPointer(rebasing: text[(space + 1)...]), form, &bytes)
        }
      }
      guard let first else { return nil }
      split = first
    case .array(let parts):
      guard parts.count == 2, case .string(var left) = parts[0], case .string(var right) = parts[1] else {
        return nil
      }
      let first = left.withUTF8 { left in right.withUTF8 { appendBoth(left, $0, form, &bytes) } }
      guard let first else { return nil }
      split = first
    default: return nil
    }
    return merge(bytes, split, vocabulary, form)
  }

  /// The merge of the halves on both sides of `split`.
  static func merge(
    _ bytes: [UInt8], _ split: Int, _ vocabulary: Vocabulary, _ form: Form
  ) -> BPEModel.Merge? {
    let result: Int32?
    if form.prefix.isEmpty {
      result = vocabulary.id(of: bytes)
    } else {
      guard bytes[split...].starts(with: form.prefix) else { return nil }
      result = vocabulary.id(of: Array(bytes[..<split] + bytes[(split + form.prefix.count)...]))
    }
    return bytes.withUnsafeBufferPointer { bytes in
      guard let left = vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[..<split])),
        let right = vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[split...])), let result
      else { return nil }
      return BPEModel.Merge(left: left, right: right, result: result)
    }
  }

  /// The number of bytes of the left half, nil where a half is empty or not in the byte-level alphabet.
  static func appendBoth(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>, _ form: Form,
    _ bytes: inout [UInt8]
  ) -> Int? {
    guard append(left, form, to: &bytes) else { return nil }
    let split = bytes.count
    guard append(right, form, to: &bytes) else { return nil }
    return split > 0 && bytes.count > split ? split : nil
  }

  private static func append(
    _ half: UnsafeBufferPointer<UInt8>, _ form: Form, to bytes: inout [UInt8]
  ) -> Bool {
    if form.isByteLevel { return ByteLevelAlphabet.appendBytes(of: half, to: &bytes) }
    bytes.append(contentsOf: half)
    return true
  }

  private static func failure(
    _ field: JSONField, _ position: Int, _ vocabulary: VocabularyField
  ) throws(LMError) -> LMError {
    let line = try field.array()[position]
    return line.failure(
      "is \(line.value.text()), not two tokens of \"model.vocab\" that join to a third",
      remedy: "use a vocabulary and merges that belong together")
  }
}
