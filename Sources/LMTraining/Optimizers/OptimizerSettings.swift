import LMAutograd
import LMRuntime

/// The settings of one optimizer; each type is one optimizer.
public protocol OptimizerSettings: Sendable {
  /// Its name on the command line and in checkpoints.
  static var name: String { get }
  /// A learning rate that it is usually good with.
  static var usualLearningRate: Double { get }
  /// What can be set, by the names of the flags.
  static var hyperparameters: [Hyperparameter<Self>] { get }

  /// The usual values.
  init()

  /// Refuses settings that do not go together.
  func check() throws(LMError)

  /// Bytes of state per value of a parameter, about.
  var stateBytes: Int { get }

  /// An optimizer for the trainable ones of `parameters`, before its first update.
  func optimizer(_ parameters: [Parameter], _ context: OptimizerContext) -> any Optimizer
}

/// A number, switch or choice of an optimizer.
public struct Hyperparameter<Owner>: Sendable {
  /// Its flag without the dashes.
  let name: String
  let value: @Sendable (Owner) -> JSON
  let set: @Sendable (inout Owner, JSON) -> Bool
  /// What may be given.
  let remedy: String

  /// Which numbers are allowed.
  enum Range: Sendable {
    case belowOne, positive, notNegative

    func contains(_ value: Double) -> Bool {
      switch self {
      case .belowOne: (0..<1).contains(value)
      case .positive: value > 0 && value.isFinite
      case .notNegative: value >= 0 && value.isFinite
      }
    }

    var remedy: String {
      switch self {
      case .belowOne: "use 0 to below 1"
      case .positive: "use a number above 0"
      case .notNegative: "use 0 or more"
      }
    }
  }

  static func number(
    _ name: String, _ path: any WritableKeyPath<Owner, Double> & Sendable, _ range: Range
  ) -> Self {
    Hyperparameter(
      name: name, value: { .number($0[keyPath: path]) },
      set: { owner, json in
        guard case .number(let value) = json, range.contains(value) else { return false }
        owner[keyPath: path] = value
        return true
      }, remedy: range.remedy)
  }

  static func flag(_ name: String, _ path: any WritableKeyPath<Owner, Bool> & Sendable) -> Self {
    Hyperparameter(
      name: name, value: { .bool($0[keyPath: path]) },
      set: { owner, json in
        guard case .bool(let value) = json else { return false }
        owner[keyPath: path] = value
        return true
      }, remedy: "give the flag alone")
  }

  static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Owner, Choice> & Sendable
  ) -> Self {
    Hyperparameter(
      name: name, value: { .string($0[keyPath: path].rawValue) },
      set: { owner, json in
        guard case .string(let text) = json, let choice = Choice(rawValue: text) else { return false }
        owner[keyPath: path] = choice
        return true
      }, remedy: "use one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
  }
}

extension OptimizerSettings {
  public func check() throws(LMError) {}

  /// Sets what the flag `name` stands for.
  /// - Throws: ``LMError`` of kind `usage` where this optimizer has no such flag, or the value is out of range.
  public mutating func set(_ name: String, to value: JSON) throws(LMError) {
    guard let hyperparameter = Self.hyperparameters.first(where: { $0.name == name }) else {
      let known = Self.hyperparameters.map { "--\($0.name)" }.joined(separator: ", ")
      throw LMError(
        .usage, at: "--\(name)", "is not part of \(Self.name)", remedy: "leave it out, or use \(known)")
    }
    guard hyperparameter.set(&self, value) else { throw Self.refusal(hyperparameter, value) }
  }

  /// Checks all ranges.
  /// - Throws: ``LMError`` of kind `usage` that names the flag and its range.
  public func validate() throws(LMError) {
    var copy = self
    for hyperparameter in Self.hyperparameters {
      let value = hyperparameter.value(self)
      guard hyperparameter.set(&copy, value) else { throw Self.refusal(hyperparameter, value) }
    }
    try check()
  }

  private static func refusal(_ hyperparameter: Hyperparameter<Self>, _ value: JSON) -> LMError {
    let shown = if case .number(let number) = value { "\(number)" } else { value.text() }
    return LMError(.usage, at: "--\(hyperparameter.name)", "is \(shown)", remedy: hyperparameter.remedy)
  }

  /// The optimizer and all its settings by name.
  public var json: JSONObject {
    var object: JSONObject = ["optimizer": .string(Self.name)]
    for hyperparameter in Self.hyperparameters { object[hyperparameter.name] = hyperparameter.value(self) }
    return object
  }

  /// The optimizer and its settings in words: `adamw, beta1 0.9, beta2 0.99`.
  public var summary: String {
    Self.hyperparameters.reduce(Self.name) { text, hyperparameter in
      let value = hyperparameter.value(self)
      if case .string(let choice) = value { return "\(text), \(hyperparameter.name) \(choice)" }
      return "\(text), \(hyperparameter.name) \(value.text())"
    }
  }
}

/// The optimizers that there are.
public enum Optimizers {
  /// In the order in which they are offered.
  public static let all: [any OptimizerSettings.Type] = [
    AdamW.self, Adam.self, NAdam.self, SGD.self, AdaGrad.self, Adadelta.self, RMSProp.self, Lion.self,
    Adafactor.self, Muon.self,
  ]

  /// Their names.
  public static var names: [String] { all.map { $0.name } }

  /// The usual settings of the optimizer called `name`.
  /// - Throws: ``LMError`` of kind `usage` that lists the known ones.
  public static func named(_ name: String) throws(LMError) -> any OptimizerSettings {
    if let type = all.first(where: { $0.name == name }) { return type.init() }
    throw LMError(
      .usage, at: "--optimizer", "\"\(name)\" is unknown",
      remedy: "use one of \(names.joined(separator: ", "))")
  }
}
