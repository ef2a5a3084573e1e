/// A JSON value that knows where it was found, so that what is wrong with it can be said in one line.
///
///     let config = JSONField(try JSON.parse(bytes, from: path), in: path)
///     let width = try config["hidden_size"].integer(in: 1...65_536)
///     let theta = try config.optional("rope_theta")?.double() ?? 10_000
///
/// A wrong value throws `runs/a/config.json: "hidden_size" is the string "8", expected an integer; …`.
public struct JSONField: Sendable {
  /// The value.
  public let value: JSON
  private let path: Path

  private indirect enum Path: Sendable {
    case root(place: String)
    case key(Path, String)
    case index(Path, Int)
  }

  /// The whole of a document that errors call `place`.
  public init(_ value: JSON, in place: String) {
    self.value = value
    path = .root(place: place)
  }

  private init(_ value: JSON, _ path: Path) {
    self.value = value
    self.path = path
  }

  /// The value of `key`, which may be `null`.
  /// - Throws: ``LMError`` where this is no object or has no such key.
  public subscript(key: String) -> JSONField {
    get throws(LMError) {
      guard let found = try object()[key] else {
        throw Self.failure(
          .key(path, key), "is missing", remedy: "add it, or use a file that has it")
      }
      return JSONField(found, .key(path, key))
    }
  }

  /// The value of `key`, nil where it is absent or `null`.
  /// - Throws: ``LMError`` where this is no object.
  public func optional(_ key: String) throws(LMError) -> JSONField? {
    guard let found = try object()[key], found != .null else { return nil }
    return JSONField(found, .key(path, key))
  }

  /// This object with `value` under `key`, or without the key; its errors name the same place.
  /// - Throws: ``LMError`` where this is no object.
  public func replacing(_ key: String, with value: JSON?) throws(LMError) -> JSONField {
    var object = try object()
    object[key] = value
    return JSONField(.object(object), path)
  }

  /// The Boolean.
  /// - Throws: ``LMError`` where the value is anything else.
  public func bool() throws(LMError) -> Bool {
    guard case .bool(let result) = value else { throw unexpected("true or false") }
    return result
  }

  /// The integer. A number such as `8.0` counts as one.
  /// - Throws: ``LMError`` where the value is anything else, or not in `range`.
  public func integer(in range: ClosedRange<Int> = Int.min...Int.max) throws(LMError) -> Int {
    let result: Int? =
      switch value {
      case .integer(let whole): whole
      case .number(let number): Int(exactly: number)
      default: nil
      }
    guard let result else { throw unexpected("an integer") }
    guard range.contains(result) else {
      throw unexpected("an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return result
  }

  /// The number, from an integer too.
  /// - Throws: ``LMError`` where the value is anything else.
  public func double() throws(LMError) -> Double {
    switch value {
    case .integer(let whole): return Double(whole)
    case .number(let number): return number
    default: throw unexpected("a number")
    }
  }

  /// The string.
  /// - Throws: ``LMError`` where the value is anything else.
  public func string() throws(LMError) -> String {
    guard case .string(let result) = value else { throw unexpected("a string") }
    return result
  }

  /// The object.
  /// - Throws: ``LMError`` where the value is anything else.
  public func object() throws(LMError) -> JSONObject {
    guard case .object(let result) = value else { throw unexpected("an object") }
    return result
  }

  /// The elements of the array, each with its place.
  /// - Throws: ``LMError`` where the value is anything else.
  public func array() throws(LMError) -> [JSONField] {
    guard case .array(let elements) = value else { throw unexpected("an array") }
    return elements.enumerated().map { JSONField($1, .index(path, $0)) }
  }

  /// The members of the object in order, each value with its place.
  /// - Throws: ``LMError`` where the value is anything else.
  public func members() throws(LMError) -> [(key: String, value: JSONField)] {
    try object().members.map { ($0.key, JSONField($0.value, .key(path, $0.key))) }
  }

  /// An error about this value: `place: "a.b[3]" problem; remedy`.
  public func failure(_ problem: String, remedy: String) -> LMError {
    Self.failure(path, problem, remedy: remedy)
  }

  /// An error that says what the value is and what was `expected`.
  public func unexpected(_ expected: String) -> LMError {
    failure("is \(value.kind), expected \(expected)", remedy: "correct the value")
  }

  private static func failure(_ path: Path, _ problem: String, remedy: String) -> LMError {
    let (place, name) = described(path)
    let subject = name.isEmpty ? "the document" : JSON.quoted(name)
    return LMError(at: place, "\(subject) \(problem)", remedy: remedy)
  }

  private static func described(_ path: Path) -> (place: String, name: String) {
    switch path {
    case .root(let place): return (place, "")
    case .key(let parent, let key):
      let (place, name) = described(parent)
      return (place, name.isEmpty ? key : "\(name).\(key)")
    case .index(let parent, let index):
      let (place, name) = described(parent)
      return (place, "\(name)[\(index)]")
    }
  }
}
