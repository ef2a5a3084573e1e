/// An error that comes from outside the program: a file, a flag, a prompt, the disk.
///
/// Its description is one line that names the place, what is wrong there and what to do next:
/// `runs/a/config.json: "num_attention_heads" is 5, which does not divide "hidden_size" 128; use 4 or 8`.
public struct LMError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What went wrong, as a program that calls `lm` needs to know it: the exit code.
  public enum Kind: Int32, Sendable {
    /// Nothing was found.
    case nothingFound = 1
    /// Bad data, or reading and writing failed.
    case badData = 2
    /// A flag or an argument is wrong.
    case usage = 64
    /// Training diverged, or a fault inside `lm`.
    case diverged = 70
    /// The disk is full; what was saved before is kept.
    case diskFull = 75
  }

  /// The kind, whose raw value is the exit code.
  public let kind: Kind
  /// Where: a path (with line or byte offset), a flag, a tensor's name.
  public let place: String
  /// What is wrong there, with the values that were found.
  public let problem: String
  /// What the person can do about it.
  public let remedy: String

  /// Creates an error of `kind` at `place`.
  public init(_ kind: Kind = .badData, at place: String, _ problem: String, remedy: String) {
    self.kind = kind
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }

  /// The error on one line.
  public var description: String { "\(place): \(problem); \(remedy)" }
}
