import LMAutograd
import LMData
import LMRuntime
import LMTensor
import LMTransformer

/// Trains a model step by step; what is read, shown and saved is the caller's.
///
/// A step is a pure function of weights, optimizer state, seed and step number, so a run that is stopped and resumed
/// from a checkpoint goes through the same bits as one that was never stopped.
public final class Trainer {
  /// What a run tells while it works.
  public enum Event {
    /// A step is done.
    case step(MetricsRecord)
    /// A step was skipped: loss or gradient norm not finite.
    case skipped(step: Int, loss: Double, gradientNorm: Double)
  }

  /// Why a run ended.
  public enum End: Equatable {
    /// All steps are done.
    case finished
    /// Validation stopped improving.
    case stoppedEarly
    /// The time is up.
    case timeIsUp
    /// The system or the person asked to stop.
    case interrupted(StopRequest.Signal)
  }

  /// The model.
  public let model: Transformer
  /// How it is trained.
  public let settings: TrainingSettings
  /// Whether a step keeps of each layer only its input and computes the rest again: less memory, about a
  /// third more work, the same bits.
  public var checkpointsBlocks = false
  /// Its state and updates.
  public let optimizer: any Optimizer
  /// Where the run stands.
  public var state = TrainingState()

  private let schedule: LearningRateSchedule
  private let parameters: [Parameter]
  private let gradients: ParameterChunks
  /// Skipped updates in a row after which a run has diverged.
  private static let skipLimit = 5

  /// A run from the beginning.
  public init(_ model: Transformer, _ settings: TrainingSettings) {
    self.model = model
    self.settings = settings
    parameters = model.parameters
    gradients = ParameterChunks(parameters)
    var context = OptimizerContext()
    context.gradients = settings.gradients
    context.learningRate = settings.learningRate
    context.precision = settings.precision
    context.hiddenMatrices = model.hiddenMatrices
    optimizer = settings.optimizer.optimizer(parameters, context)
    schedule = settings.learningRates
  }

  /// Trains until the end of the steps or an earlier one.
  /// - Parameters:
  ///   - batch: the batch of a forward pass, counted from 0 over the whole run.
  ///   - validate: measures the validation data; nil where there is none.
  ///   - save: writes a checkpoint of the present state.
  ///   - onEvent: is told of every step.
  /// - Throws: ``LMError`` of kind `diverged` after five updates in a row with a loss or gradient that is not
  ///   finite, and what `save` throws.
  public func run(
    batch: (Int) -> TokenBatch, validate: () -> Measurement?, save: () throws(LMError) -> Void,
    onEvent: (Event) -> Void
  ) throws(LMError) -> End {
    var clock = ContinuousClock.now
    while state.step < settings.steps {
      if let signal = StopRequest.signal {
        try save()
        return .interrupted(signal)
      }
      if let limit = settings.maximumSeconds, state.seconds >= limit {
        try save()
        return .timeIsUp
      }
      var record = try step(batch, onEvent)
      let isLast = state.step == settings.steps
      let now = ContinuousClock.now
      let elapsed = (now - clock).inSeconds
      state.seconds += elapsed
      record.seconds = state.seconds
      record.tokensPerSecond = Double(record.tokens) / max(elapsed, 1e-9)
      record.tokens = state.tokens
      let isEvaluated = state.step % settings.stepsPerEvaluation == 0 || isLast
      if isEvaluated, let measured = validate() {
        record.note(measured)
        note(validation: measured.loss)
      }
      onEvent(.step(record))
      let isEarly = settings.patience.map { state.evaluationsSinceBest >= $0 } ?? false
      // Weights that may be about to diverge do not take the place of a good checkpoint.
      let isDue = state.step % settings.saveEvery == 0 && state.skippedInARow == 0
      if isLast || isEarly || isDue { try save() }
      clock = ContinuousClock.now
      if isEarly { return .stoppedEarly }
    }
    return .finished
  }

  /// One update: forward and backward of every part of the batch, clipping, the optimizer.
  private func step(_ batch: (Int) -> TokenBatch, _ onEvent: (Event) -> Void) throws(LMError) -> MetricsRecord
  {
    let parts = settings.gradientAccumulationSteps
    let batches = (0..<parts).map { batch(state.step * parts + $0) }
    let counted = batches.reduce(0) { $0 + $1.targets.count { $0 >= 0 } }
    let sentences = batches.reduce(0) { $0 + $1.sentences.count }
    var (losses, sentenceLosses) = (LossSum(), LossSum())
    for (part, batch) in batches.enumerated() {
      let tape = Tape()
      var context = ForwardContext(
        batch, isCausal: model.configuration.isCausal, precision: settings.precision, tape: tape,
        dropoutSeed: dropoutSeed(part))
      context.checkpointsBlocks = checkpointsBlocks
      let loss = model.losses(
        batch, smoothing: settings.labelSmoothing, scale: 1 / Float(max(1, counted)),
        sentenceScale: 1 / Float(max(1, sentences)), context)
      tape.backward()
      losses += loss.tokens
      sentenceLosses += loss.sentences
    }
    let norm = gradients.gradientNorm()
    let rate = schedule.rate(state.step)
    state.step += 1
    let trained = batches.reduce(0) { $0 + $1.trainedTokens }
    state.tokens += trained
    state.loss = losses.mean
    let isFinite = losses.total.isFinite && sentenceLosses.total.isFinite && norm.isFinite
    if isFinite {
      let scale = min(1, settings.maximumNorm / (norm + 1e-6))
      optimizer.update(learningRate: rate, gradientScale: scale)
      state.skippedInARow = 0
    } else {
      state.skipped += 1
      state.skippedInARow += 1
      onEvent(.skipped(step: state.step, loss: losses.mean, gradientNorm: norm))
    }
    state.updates = optimizer.step
    for parameter in parameters { parameter.clearGradient() }
    guard state.skippedInARow < Self.skipLimit else {
      throw LMError(
        .diverged, at: "step \(state.step)",
        "loss or gradient was not finite \(Self.skipLimit) times in a row; the last checkpoint is kept",
        remedy: "resume with a lower --learning-rate or --precision fp32")
    }
    var record = MetricsRecord(
      step: state.step, loss: losses.mean, learningRate: rate, gradientNorm: norm,
      tokens: trained, tokensPerSecond: 0, seconds: 0, skipped: !isFinite)
    if sentences > 0 { record.sentenceLoss = sentenceLosses.mean }
    return record
  }

  private func dropoutSeed(_ part: Int) -> UInt64? {
    guard model.configuration.dropout > 0 else { return nil }
    var stream = RandomStream(seed: settings.seed).split("dropout").split(state.step).split(part)
    return stream.next()
  }

  private func note(validation loss: Double) {
    state.validationLoss = loss
    if loss < (state.best?.loss ?? .infinity) {
      state.best = (loss, state.step)
      state.evaluationsSinceBest = 0
    } else {
      state.evaluationsSinceBest += 1
    }
  }

  /// What the model makes of `batches`, without dropout or label smoothing; nil where nothing is to be predicted.
  public func measure(_ batches: some Sequence<TokenBatch>) -> Measurement? {
    var (sum, sentences) = (LossSum(), LossSum())
    for batch in batches {
      let context = ForwardContext(
        batch, isCausal: model.configuration.isCausal, precision: settings.precision)
      let losses = model.losses(batch, context)
      sum += losses.tokens
      sentences += losses.sentences
    }
    guard sum.tokens > 0 else { return nil }
    return Measurement(
      loss: sum.mean, accuracy: sum.accuracy,
      sentenceLoss: sentences.tokens > 0 ? sentences.mean : nil, sentenceAccuracy: sentences.accuracy)
  }

  /// Mean loss over `batches`, nats per token, without dropout or label smoothing.
  public func meanLoss(_ batches: some Sequence<TokenBatch>) -> Double? { measure(batches)?.loss }
}

extension Duration {
  /// The duration in seconds.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
