import LMRuntime

/// Where a run stands, apart from weights and moments. Batches and dropout follow from seed and step.
public struct TrainingState: Sendable, Equatable {
  /// Updates done, skipped ones included.
  public var step = 0
  /// Tokens seen.
  public var tokens = 0
  /// Seconds of training, over all sessions.
  public var seconds = 0.0
  /// Updates skipped because loss or gradient was not finite.
  public var skipped = 0
  /// Those among them that came last without a good one between.
  public var skippedInARow = 0
  /// Updates that the optimizer made.
  public var updates = 0
  /// Lowest validation loss so far, nats per token, and its step.
  public var best: (loss: Double, step: Int)?
  /// Validations since then.
  public var evaluationsSinceBest = 0
  /// Mean training loss of the last step.
  public var loss = 0.0
  /// Last validation loss.
  public var validationLoss: Double?

  /// The beginning.
  public init() {}

  public static func == (a: TrainingState, b: TrainingState) -> Bool { a.json == b.json }

  /// As a manifest holds it.
  public var json: JSONObject {
    var object = JSONObject()
    object["step"] = .integer(step)
    object["tokens"] = .integer(tokens)
    object["seconds"] = .number(seconds)
    object["skipped"] = .integer(skipped)
    object["skipped_in_a_row"] = .integer(skippedInARow)
    object["updates"] = .integer(updates)
    if let best {
      object["best_validation_loss"] = .number(best.loss)
      object["best_step"] = .integer(best.step)
    }
    object["evaluations_since_best"] = .integer(evaluationsSinceBest)
    object["loss"] = .number(loss)
    if let validationLoss { object["validation_loss"] = .number(validationLoss) }
    return object
  }

  /// Reads what ``json`` wrote.
  public init(_ field: JSONField) throws(LMError) {
    let count = 0...Int.max
    step = try field["step"].integer(in: count)
    tokens = try field["tokens"].integer(in: count)
    seconds = try field["seconds"].double()
    skipped = try field["skipped"].integer(in: count)
    skippedInARow = try field["skipped_in_a_row"].integer(in: count)
    updates = try field["updates"].integer(in: count)
    if let loss = try field.optional("best_validation_loss") {
      best = (try loss.double(), try field["best_step"].integer(in: count))
    }
    evaluationsSinceBest = try field["evaluations_since_best"].integer(in: count)
    loss = try field.optional("loss")?.double() ?? .nan
    validationLoss = try field.optional("validation_loss")?.double()
  }
}
