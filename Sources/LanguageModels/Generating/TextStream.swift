import LMGeneration
import LMRuntime
import LMTokenizer

/// Turns the tokens of one text into pieces that can be shown, up to the first stop text.
struct TextStream {
  private var stops: StopTexts
  private var decoder: StreamingDecoder
  /// Everything that came out.
  private(set) var text = ""

  init(_ tokenizer: Tokenizer, stopTexts: [String]) throws(LMError) {
    stops = try StopTexts(stopTexts)
    decoder = StreamingDecoder(tokenizer)
  }

  /// Whether a stop text has come.
  var isStopped: Bool { stops.isStopped }

  /// What may be shown after the next token.
  mutating func append(_ id: Int32) throws(LMError) -> String {
    let piece = String(decoding: stops.append(try decoder.append(id).utf8), as: UTF8.self)
    text += piece
    return piece
  }

  /// What was held back until the end.
  mutating func finish() -> String {
    guard !stops.isStopped else { return "" }
    let rest = String(decoding: stops.append(decoder.finish().utf8) + stops.finish(), as: UTF8.self)
    text += rest
    return rest
  }
}
