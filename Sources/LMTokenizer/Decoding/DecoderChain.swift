/// Runs the steps of a decoder over tokens, one token at a time.
///
/// Decoding a whole list gives what Hugging Face's tokenizers give. A stream differs only where that would mean
/// to wait for the end: of a run of byte tokens, what is UTF-8 comes out as such at once; a step behind `Fuse`
/// sees what has arrived and not the whole.
struct DecoderChain: Sendable {
  /// What has come out and was not taken.
  private(set) var output: [UInt8] = []
  private var states: [State]
  private let isStream: Bool

  /// One step and what it remembers.
  private struct State: Sendable {
    let step: Decoder
    /// Tokens that have come in.
    var count = 0
    /// What waits for the tokens to come.
    var held: [UInt8] = []
    var isHolding = false
    /// How many code points were stripped at the start of the present token, nil when that is over.
    var stripped: Int? = 0
  }

  /// A chain for all tokens at once, or for a stream. Without a decoder tokens are joined by spaces.
  init(_ decoder: Decoder?, isStream: Bool) {
    states = (decoder?.steps ?? []).map { State(step: $0) }
    self.isStream = isStream
    joinsBySpaces = decoder == nil
  }

  private let joinsBySpaces: Bool
  private var tokenCount = 0

  /// Takes what has come out.
  mutating func takeOutput() -> [UInt8] {
    defer { output.removeAll(keepingCapacity: true) }
    return output
  }

  /// The next token's text.
  mutating func append(_ token: [UInt8]) {
    if joinsBySpaces, tokenCount > 0 { output.append(0x20) }
    tokenCount += 1
    push(token, to: 0, continues: false)
  }

  /// No token follows: what was held comes out.
  mutating func finish() {
    for index in states.indices { finish(index) }
  }

  /// Hands a token to the step at `index`. `continues` says that it is more of the token before.
  private mutating func push(_ token: [UInt8], to index: Int, continues: Bool) {
    guard index < states.count else { return output.append(contentsOf: token) }
    let position = states[index].count
    if !continues { states[index].count += 1 }
    let isFirst = continues ? position <= 1 : position == 0
    switch states[index].step {
    case .byteLevel: fuse(ByteLevelAlphabet.decoded(token), index, isFirst: position == 0)
    case .fuse: fuse(token, index, isFirst: position == 0)
    case .wordPiece(let prefix, let cleansUp):
      push(
        Self.wordPiece(token, Array(prefix.utf8), cleansUp, isFirst: isFirst), to: index + 1,
        continues: continues)
    case .metaspace(let mark, let drops):
      let content: [UInt8] = isFirst && drops ? [] : [0x20]
      push(TextPattern(mark).replacing(in: token, with: content), to: index + 1, continues: continues)
    case .replace(let pattern, let content):
      push(pattern.replacing(in: token, with: Array(content.utf8)), to: index + 1, continues: continues)
    case .byteFallback: byteFallback(token, index)
    case .strip(let content, let start, let stop):
      strip(token, Array(content.utf8), start, stop, index, continues: continues)
    case .bpe(let suffix): bpe(token, Array(suffix.utf8), index)
    case .ctc(let padding, let delimiter, let cleansUp): ctc(token, padding, delimiter, cleansUp, index)
    case .sequence: push(token, to: index + 1, continues: continues)
    }
  }

  private mutating func finish(_ index: Int) {
    let held = states[index].held
    let wasHolding = states[index].isHolding
    states[index].held = []
    states[index].isHolding = false
    switch states[index].step {
    case .byteLevel, .fuse: if wasHolding { push(held, to: index + 1, continues: false) }
    case .byteFallback: pushBytes(held, index)
    case .bpe(let suffix):
      if wasHolding, !isStream {
        push(
          TextPattern(Self.text(Array(suffix.utf8))).replacing(in: held, with: []), to: index + 1,
          continues: false)
      }
    default: break
    }
  }

  private mutating func fuse(_ token: [UInt8], _ index: Int, isFirst: Bool) {
    if isStream { return push(token, to: index + 1, continues: !isFirst) }
    states[index].held += token
    states[index].isHolding = true
  }

  private static func wordPiece(_ token: [UInt8], _ prefix: [UInt8], _ cleansUp: Bool, isFirst: Bool)
    -> [UInt8]
  {
    var text = token
    if !isFirst {
      if text.starts(with: prefix) { text.removeFirst(prefix.count) } else { text.insert(0x20, at: 0) }
    }
    return cleansUp ? Decoder.cleanedToken(text) : text
  }

  private mutating func byteFallback(_ token: [UInt8], _ index: Int) {
    guard let byte = ByteToken.byte(token) else {
      pushBytes(states[index].held, index)
      states[index].held.removeAll()
      return push(token, to: index + 1, continues: false)
    }
    states[index].held.append(byte)
    guard isStream else { return }
    let held = states[index].held
    let rest = UTF8Decoding.incompleteSuffixLength(held)
    if rest < held.count {
      let complete = String(decoding: held.dropLast(rest), as: UTF8.self)
      push(Array(complete.utf8), to: index + 1, continues: false)
      states[index].held = Array(held.suffix(rest))
    }
  }

  /// A run of bytes that has ended.
  private mutating func pushBytes(_ bytes: [UInt8], _ index: Int) {
    if bytes.isEmpty { return }
    if String(validating: bytes, as: UTF8.self) != nil { return push(bytes, to: index + 1, continues: false) }
    if isStream {
      return push(Array(String(decoding: bytes, as: UTF8.self).utf8), to: index + 1, continues: false)
    }
    for _ in bytes { push([0xEF, 0xBF, 0xBD], to: index + 1, continues: false) }
  }

  private mutating func strip(
    _ token: [UInt8], _ content: [UInt8], _ start: Int, _ stop: Int, _ index: Int, continues: Bool
  ) {
    if !continues {
      states[index].stripped = 0
      states[index].held = []
    }
    var text = states[index].held + token
    states[index].held = []
    var removed = 0
    while let count = states[index].stripped {
      if count < start, text.dropFirst(removed).starts(with: content), !content.isEmpty {
        removed += content.count
        states[index].stripped = count + 1
      } else {
        if text.count > removed || count >= start { states[index].stripped = nil }
        break
      }
    }
    text.removeFirst(removed)
    var kept = text.count
    // A file may ask for any number; the text bounds how many there are.
    var removals = 0
    while removals < stop, !content.isEmpty, text[..<kept].suffix(content.count).elementsEqual(content) {
      kept -= content.count
      removals += 1
    }
    states[index].held = Array(text[kept...])
    push(Array(text[..<kept]), to: index + 1, continues: continues)
  }

  private mutating func bpe(_ token: [UInt8], _ suffix: [UInt8], _ index: Int) {
    let pattern = TextPattern(Self.text(suffix))
    let held = states[index].held
    if states[index].isHolding {
      push(isStream ? held : pattern.replacing(in: held, with: [0x20]), to: index + 1, continues: false)
    }
    states[index].isHolding = true
    guard isStream else {
      states[index].held = token
      return
    }
    // In a stream only the space of the last suffix waits for a token behind it.
    let ends =
      !suffix.isEmpty && token.count >= suffix.count && token.suffix(suffix.count).elementsEqual(suffix)
    states[index].held = ends ? [0x20] : []
    push(
      pattern.replacing(in: ends ? token.dropLast(suffix.count) : token, with: [0x20]), to: index + 1,
      continues: false)
  }

  private mutating func ctc(
    _ token: [UInt8], _ padding: String, _ delimiter: String, _ cleansUp: Bool, _ index: Int
  ) {
    let isRepeated = states[index].isHolding && states[index].held == token
    states[index].isHolding = true
    states[index].held = token
    if isRepeated { return }
    var text = TextPattern(padding).replacing(in: token, with: [])
    if cleansUp { text = TextPattern(delimiter).replacing(in: Decoder.cleanedToken(text), with: [0x20]) }
    if !text.isEmpty { push(text, to: index + 1, continues: false) }
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension ByteLevelAlphabet {
  /// The bytes of a token: those that its characters stand for, or, where one stands for none, its own.
  static func decoded(_ token: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    let isMapped = token.withUnsafeBufferPointer { appendBytes(of: $0, to: &bytes) }
    return isMapped ? bytes : token
  }
}
