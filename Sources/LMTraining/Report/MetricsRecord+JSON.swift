import LMRuntime

extension MetricsRecord {
  /// One object with the keys of `metrics.jsonl`.
  ///
  /// Numbers that are not finite are `null`. Losses and accuracies other than `loss` stand only where
  /// they were measured, `skipped` only where it is true.
  public var json: JSON {
    var object: JSONObject = ["step": .integer(step), "loss": .number(loss)]
    for (key, path) in Self.measuredMembers {
      if let value = self[keyPath: path] { object[key] = .number(value) }
    }
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
      learningRate: try number("learning_rate"), gradientNorm: try number("gradient_norm"),
      tokens: try field["tokens"].integer(in: 0...Int.max), tokensPerSecond: try number("tokens_per_second"),
      seconds: try number("seconds"), skipped: try field.optional("skipped")?.bool() ?? false)
    for (key, path) in Self.measuredMembers where try field.object()[key] != nil {
      self[keyPath: path] = try number(key)
    }
  }
}
