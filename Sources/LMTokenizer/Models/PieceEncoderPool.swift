import Synchronization

/// Piece encoders that rest between calls with their caches warm: as many as calls have run at the same time.
final class PieceEncoderPool: Sendable {
  private let model: TokenizerModel
  private let resting = Mutex<[Resting]>([])

  /// An encoder that no thread uses; whoever takes it out of the list has it alone.
  private final class Resting: @unchecked Sendable {
    var encoder: PieceEncoder
    init(_ worker: any PieceWorker, _ cuts: CutTable?) { encoder = PieceEncoder(worker, cuts: cuts) }
  }

  init(_ model: TokenizerModel) { self.model = model }

  /// Runs `body` with an encoder that no other thread uses meanwhile; not at all where the model is byte-level.
  func withEncoder(_ body: (inout PieceEncoder) -> Void) {
    guard
      let taken = resting.withLock({ $0.popLast() }) ?? model.makeWorker().map({ Resting($0, model.cuts) })
    else { return }
    body(&taken.encoder)
    resting.withLock { $0.append(taken) }
  }
}
