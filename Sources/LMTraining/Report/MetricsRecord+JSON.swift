import LMRuntime

extension MetricsRecord {
  /// One object with the keys of `metrics.jsonl`.
  ///
  /// Numbers that are not finite are `null`. `validation_loss` stands only where it was measured, `skipped`
  /// only where it is true.
  public var json: JSON {
    var object: JSONObject = ["step": .integer(step), "loss": .number(loss)]
    if let validationLoss { object["validation_loss"] = .number(validationLoss) }
    object["learning_rate"] = .number(learningRate)
    object["gradient_norm"] = .number(gradientNorm)
    object["tokens"] = .integer(tokens)
    object["tokens_per_second"] = .number(tokensPerSecond)
    object["seconds"] = .number(seconds)
    if skipped { object["skipped"] = true }
    return .object(object)
  }

  /// Reads an object of ``json``: `null` becomes NaN, keys that are not known are passed over.
  /// - Throws: ``LMError`` where a key is missing or has another type.
  public init(_ field: JSONField) throws(LMError) {
    func number(_ key: String) throws(LMError) -> Double {
      let value = try field[key]
      return value.value == .null ? .nan : try value.double()
    }
    self.init(
      step: try field["step"].integer(in: 0...Int.max), loss: try number("loss"),
      validationLoss: try field.object()["validation_loss"] == nil ? nil : number("validation_loss"),
      learningRate: try number("learning_rate"), gradientNorm: try number("gradient_norm"),
      tokens: try field["tokens"].integer(in: 0...Int.max), tokensPerSecond: try number("tokens_per_second"),
      seconds: try number("seconds"), skipped: try field.optional("skipped")?.bool() ?? false)
  }
}
