import LMRuntime
import Synchronization

/// A grammar together with a vocabulary, and what was computed for them. Shared by all texts that follow them, on
/// any thread; one at a time computes.
final class ConstraintEngine: Sendable {
  /// Where one text stands.
  struct Position: Sendable, Equatable {
    /// The bytes of the text so far.
    fileprivate(set) var text: [UInt8] = []
    /// True behind a token that ends the text.
    var isEnded = false
    fileprivate var configuration: Int32 = -1
    /// Configurations are numbered anew whenever the tables are full.
    fileprivate var epoch = -1
  }

  private struct State: Sendable {
    var masks: MaskTables
    var epoch = 0
  }

  /// The vocabulary's tokens.
  let trie: TokenTrie
  private let place: String
  private let state: Mutex<State>

  /// An engine that has computed nothing yet.
  init(_ grammar: Grammar, _ trie: TokenTrie) {
    self.trie = trie
    place = grammar.place
    state = Mutex(State(masks: MaskTables(grammar.automaton, trie)))
  }

  /// The tokens that may follow.
  /// - Throws: ``LMError`` where there are none, or the grammar is too ambiguous.
  func mask(at position: inout Position) throws(LMError) -> TokenMask {
    let mask = try perform(&position) { masks, configuration throws(ParseTables.Failure) in
      try masks.mask(of: configuration)
    }
    guard mask.isEmpty else { return mask }
    throw LMError(
      at: place, "no token of the vocabulary continues the text \(Self.shown(position.text))",
      remedy: "allow what the model's tokenizer can write, or use a model with byte tokens")
  }

  /// True where the text may end.
  func isComplete(_ position: inout Position) throws(LMError) -> Bool {
    try perform(&position) { masks, configuration throws(ParseTables.Failure) in
      masks.tables.reachesEnd[Int(configuration)]
    }
  }

  /// Moves behind `bytes`.
  /// - Throws: ``LMError`` where they do not continue the text; the position is as before then.
  func append(_ bytes: ArraySlice<UInt8>, to position: inout Position) throws(LMError) {
    let next = try perform(&position) { masks, configuration throws(ParseTables.Failure) in
      var next = configuration
      for byte in bytes { next = try masks.tables.step(next, byte: byte) }
      return next
    }
    guard next != ParseTables.dead else {
      throw LMError(
        .usage, at: place,
        "\(Self.shown(Array(bytes))) does not continue the text \(Self.shown(position.text))",
        remedy: "choose among the tokens that are allowed")
    }
    position.text += bytes
    position.configuration = next
  }

  /// Calls `body` with the configuration of a position; begins new tables where they are full, once.
  private func perform<Result: Sendable>(
    _ position: inout Position,
    _ body: (inout MaskTables, Int32) throws(ParseTables.Failure) -> Result
  ) throws(LMError) -> Result {
    var place = position
    defer { position = place }
    return try state.withLock { state throws(LMError) -> Result in
      for _ in 0..<2 {
        do throws(ParseTables.Failure) {
          try Self.follow(&place, &state)
          state.masks.tables.beginWork()
          return try body(&state.masks, place.configuration)
        } catch {
          guard error == .full else { break }
          state.masks.reset()
          state.epoch += 1
        }
      }
      throw tooAmbiguous(place)
    }
  }

  /// Reads the text again where the tables are not those that it was read with.
  private static func follow(_ position: inout Position, _ state: inout State) throws(ParseTables.Failure) {
    guard position.epoch != state.epoch else { return }
    state.masks.tables.beginWork()
    var configuration = try state.masks.tables.initial()
    for byte in position.text {
      state.masks.tables.beginWork()
      configuration = try state.masks.tables.step(configuration, byte: byte)
    }
    (position.configuration, position.epoch) = (configuration, state.epoch)
  }

  private func tooAmbiguous(_ position: Position) -> LMError {
    LMError(
      at: place,
      "the text \(Self.shown(position.text)) can be read in too many ways, or is nested too deeply, to go on",
      remedy: "write the grammar so that few alternatives can begin alike")
  }

  /// The end of a text in quotes.
  private static func shown(_ text: [UInt8]) -> String {
    (text.count > 60 ? "…" : "") + JSON.quoted(String(decoding: text.suffix(60), as: UTF8.self))
  }
}
