import LMData
import LMRuntime
import LMTokenizer
import LMTraining

/// The batches of a run for its objective: those that it trains on, and those that it is measured with, which are the
/// same each time.
struct ObjectiveBatches {
  private enum Source {
    case windows(BatchSampler, heldOut: EvaluationBatches, hasPrefixes: Bool)
    case masked(MaskedBatchSampler, heldOut: MaskedBatchSampler)
  }
  private var source: Source

  /// Tokens of a validation batch: many, for the speed of large products.
  private static let validationTokens = 8192

  /// Batches of `training` and `validation`.
  /// - Throws: ``LMError`` where one of the texts is too short, or the tokenizer lacks what the objective needs.
  init(
    _ plan: PretrainingPlan, _ training: TokenStream, _ validation: TokenStream, _ tokenizer: Tokenizer
  ) throws(LMError) {
    let (tokens, seed) = (plan.configuration.contextLength, plan.training.seed)
    let heldOut = max(1, Self.validationTokens / tokens)
    if case .masked(let masking) = plan.objective {
      source = .masked(
        try MaskedBatchSampler(
          training, masking, tokenizer, sequences: plan.training.batchSize, tokens: tokens, seed: seed),
        heldOut: try MaskedBatchSampler(
          validation, masking, tokenizer, sequences: heldOut, tokens: tokens, seed: 0))
      return
    }
    guard validation.ids.count > tokens else {
      throw LMError(
        at: plan.validationData.first ?? plan.data.first ?? plan.output,
        "\(validation.ids.count) tokens for validation are fewer than one context of \(tokens)",
        remedy: "give more text, --validation-data, or a smaller --context")
    }
    guard plan.objective == .causal || tokens >= 2 else {
      throw LMError(.usage, at: "--context", "is 1", remedy: "use at least 2 for prefixes")
    }
    source = .windows(
      try BatchSampler(training, sequences: plan.training.batchSize, tokens: tokens, seed: seed),
      heldOut: EvaluationBatches(validation, sequences: heldOut, tokens: tokens),
      hasPrefixes: plan.objective == .prefix)
  }

  /// The batch of a forward pass, counted from 0 over the whole run.
  mutating func batch(_ number: Int) -> TokenBatch {
    switch source {
    case .windows(var sampler, let heldOut, let hasPrefixes):
      let batch = hasPrefixes ? sampler.prefixBatch(number) : sampler.batch(number)
      source = .windows(sampler, heldOut: heldOut, hasPrefixes: hasPrefixes)
      return batch
    case .masked(var sampler, let heldOut):
      let batch = sampler.batch(number)
      source = .masked(sampler, heldOut: heldOut)
      return batch
    }
  }

  /// What the trainer's model makes of the held-out text.
  func measure(_ trainer: Trainer) -> Measurement? {
    switch source {
    case .masked(_, let heldOut): trainer.measure(heldOut.evaluationBatches)
    case .windows(_, let heldOut, false): trainer.measure(heldOut)
    case .windows(_, let heldOut, true):
      trainer.measure(
        heldOut.indices.lazy.map { index in
          var random = RandomStream(seed: 0).split("held-out prefixes").split(index)
          return heldOut[index].withPrefixes(&random)
        })
    }
  }
}
